import { Command } from 'commander';
import { addAmendingCommands } from './amending-commands.ts';
import { addAnsweringCommands } from './answering-commands.ts';
import { addAttachmentCommands } from './attachment-commands.ts';
import { positive } from './command-options.ts';
import { addCompletionCommand } from './completion-command.ts';
import { addDeadLetterCommands } from './dead-letter-commands.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import { addDirectoryCommands } from './directory-commands.ts';
import { addImportCommand } from './import-command.ts';
import type { Text } from './language.ts';
import { addPassingOnCommands } from './passing-on-commands.ts';
import { addProfileCommands } from './profile-commands.ts';
import { addReadingCommands } from './reading-commands.ts';
import { addReceiptCommands } from './receipt-commands.ts';
import { addSendingCommands } from './sending-commands.ts';
import { addSetupCommands } from './setup-commands.ts';
import type { Terminal } from './terminal.ts';
import { addWebhookCommands } from './webhook-commands.ts';

/**
 * The command line as commander sees it. Each command imports what it runs only when it runs, so that
 * `--help` and a flash start without loading the rest.
 */
export function createProgram(terminal: Terminal, run: RunAct): Command {
  const t = (text: Text) => terminal.say(text);
  const program = new Command('chappe');
  const command: DeclareCommand = (name, description, examples) =>
    program.command(name).description(t(description)).addHelpText('after', examplesText(t, examples));

  program
    .description(
      t({
        en: 'Exchange operational messages with Chappe.',
        fr: 'Échanger des messages opérationnels avec Chappe.',
      }),
    )
    .option(
      '--as <correspondent>',
      t({ en: 'act for this correspondent (CHAPPE_AS)', fr: 'agir pour ce correspondant (CHAPPE_AS)' }),
    )
    .option('--url <origin>', t({ en: 'where Chappe is (CHAPPE_URL)', fr: 'adresse de Chappe (CHAPPE_URL)' }))
    .option(
      '--profile <name>',
      t({ en: 'which profile (CHAPPE_PROFILE)', fr: 'quel profil (CHAPPE_PROFILE)' }),
    )
    .option('--login <account>', t({ en: 'which demonstration account', fr: 'quel compte de démonstration' }))
    .option(
      '--json',
      t({
        en: 'for programs: one JSON document, or one a line with --follow',
        fr: 'pour les programmes : un document JSON, ou un par ligne avec --follow',
      }),
    )
    .option(
      '--timeout <seconds>',
      t({ en: 'patience for one attempt (10)', fr: 'patience pour un essai (10)' }),
      positive(terminal),
    )
    .option('--lang <language>', t({ en: 'en or fr (LC_ALL, LANG)', fr: 'en ou fr (LC_ALL, LANG)' }))
    .option('--no-color', t({ en: 'no colours (NO_COLOR)', fr: 'sans couleurs (NO_COLOR)' }))
    .helpOption('-h, --help', t({ en: 'this help', fr: 'cette aide' }))
    .helpCommand('help [command]', t({ en: 'help on a command', fr: "l'aide d'une commande" }))
    .showSuggestionAfterError(true)
    .addHelpText('after', overviewText(t));

  const group = (title: Text) => program.commandsGroup(t(title));
  group({ en: 'Send:', fr: 'Envoyer :' });
  addSendingCommands(command, terminal, run);
  addAnsweringCommands(command, terminal, run);
  addAmendingCommands(command, terminal, run);
  addPassingOnCommands(command, terminal, run);
  addImportCommand(command, terminal, run);
  group({ en: 'Receive and follow:', fr: 'Recevoir et suivre :' });
  addReceiptCommands(command, terminal, run);
  addReadingCommands(command, terminal, run);
  addAttachmentCommands(command, terminal, run);
  group({ en: 'Set up:', fr: 'Installer :' });
  addSetupCommands(command, terminal, run);
  addWebhookCommands(command, terminal, run);
  addDirectoryCommands(command, terminal, run);
  addDeadLetterCommands(command, terminal, run);
  addProfileCommands(command, terminal, run);
  addCompletionCommand(program, command, terminal, run);
  return program;
}

type Say = (text: Text) => string;

function examplesText(t: Say, examples: readonly string[]): string {
  return `\n${t({ en: 'Examples:', fr: 'Exemples :' })}\n${examples.map((example) => `  ${example}`).join('\n')}`;
}

function overviewText(t: Say): string {
  return t({
    en: `
Exit codes: 0 done, 1 unexpected, 2 usage, 3 refused, 4 not allowed, 5 no answer (safe to repeat),
  6 not found, 7 refused after acceptance, 8 doctor found something, 130 interrupted.
Options of one command: chappe help <command>`,
    fr: `
Codes de sortie : 0 fait, 1 inattendu, 2 usage, 3 refusé, 4 non autorisé, 5 sans réponse (répétition sans
  risque), 6 introuvable, 7 refusé après acceptation, 8 défaut trouvé par doctor, 130 interrompu.
Options d'une commande : chappe help <commande>`,
  });
}
