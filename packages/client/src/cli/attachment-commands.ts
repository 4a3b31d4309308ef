import type { Command } from 'commander';
import { clientOption } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds `attachment list` and `attachment get`; files are sent with `--attach` of the sending commands. */
export function addAttachmentCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const attachment = command(
    'attachment',
    { en: 'the files of a message', fr: 'les pièces jointes d’un message' },
    [
      'chappe attachment list DJ-26-K7M2P4X-M',
      'chappe attachment get DJ-26-K7M2P4X-M 1 --output evidence/',
      'chappe attachment get 01900000-0000-8000-8000-000000000000 --reason "case 2026-114" --as desk:trafficking',
    ],
  );
  const common = (target: Command): Command =>
    target
      .option(
        '--reason <words>',
        t({
          en: 'from the archive, and why; it is logged',
          fr: 'dans les archives, et pourquoi ; journalisé',
        }),
      )
      .addOption(clientOption(terminal));

  common(
    attachment
      .command('list <message>')
      .description(t({ en: 'name, type and size of each', fr: 'nom, type et taille de chacune' })),
  ).action(async (message: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/attachment.ts')).listAttachments(terminal, message, self.optsWithGlobals()),
    );
  });

  common(
    attachment
      .command('get <message> [which]')
      .description(
        t({
          en: 'fetch one, by its number or SHA-256, and prove that it is whole',
          fr: 'en recevoir une, par son numéro ou son SHA-256, et prouver qu’elle est intacte',
        }),
      )
      .option(
        '--output <file>',
        t({ en: 'where to put it: a file or a folder', fr: 'où la mettre : un fichier ou un dossier' }),
      )
      .option('--force', t({ en: 'replace a file that is there', fr: 'remplacer un fichier existant' })),
  ).action(async (message: string, which: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/attachment.ts')).getAttachment(
        terminal,
        message,
        which,
        self.optsWithGlobals(),
      ),
    );
  });
}
