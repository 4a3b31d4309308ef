import { type Command, InvalidArgumentError } from 'commander';
import { clientOption, positive } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds `import`. */
export function addImportCommand(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  command(
    'import <file>',
    {
      en: 'send the rows of a CSV file; safe to run again',
      fr: "envoyer les lignes d'un fichier CSV ; peut être relancé sans risque",
    },
    [
      'chappe import docs/examples/import/leads.csv --mapping docs/examples/import/leads-mapping.json --dry-run',
      'chappe import leads.csv --mapping mapping.json --exercise EX-1',
      'chappe import leads.errors.csv --mapping mapping.json --exercise EX-1',
    ],
  )
    .requiredOption(
      '--mapping <file>',
      t({
        en: 'how rows become messages (docs/import.md)',
        fr: 'comment les lignes deviennent des messages (docs/import.md)',
      }),
    )
    .option(
      '--errors <file>',
      t({
        en: 'where rows go that could not be sent (<file>.errors.csv)',
        fr: 'où vont les lignes non envoyées (<fichier>.errors.csv)',
      }),
    )
    .option(
      '--delimiter <character>',
      t({ en: 'what separates the cells (,)', fr: 'ce qui sépare les cellules (,)' }),
      delimiter(t),
    )
    .option(
      '--encoding <name>',
      t({ en: 'utf-8 (default), windows-1252…', fr: 'utf-8 (par défaut), windows-1252…' }),
    )
    .option(
      '--batch <count>',
      t({ en: 'rows in one request, at most 500 (200)', fr: 'lignes par requête, 500 au plus (200)' }),
      batch(terminal),
    )
    .option('--actual', t({ en: 'this is real', fr: "c'est réel" }))
    .option(
      '--exercise <id>',
      t({
        en: 'this is an exercise (the default in the demonstration)',
        fr: "c'est un exercice (par défaut dans la démonstration)",
      }),
    )
    .option(
      '--dry-run',
      t({ en: 'read every row, send nothing', fr: 'lire chaque ligne, sans rien envoyer' }),
    )
    .addOption(clientOption(terminal))
    .action(async (file: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/import.ts')).importFile(terminal, file, self.optsWithGlobals()),
      );
    });
}

function delimiter(t: (text: Text) => string): (text: string) => string {
  return (text) => {
    const character = text === '\\t' || text === 'tab' ? '\t' : text;
    if (/^[^"\r\n]$/.test(character)) return character;
    throw new InvalidArgumentError(
      t({ en: 'It must be one character, or tab.', fr: 'Il faut un seul caractère, ou tab.' }),
    );
  };
}

function batch(terminal: Terminal): (text: string) => number {
  const read = positive(terminal);
  return (text) => {
    const count = read(text);
    if (count <= 500) return count;
    throw new InvalidArgumentError(
      terminal.say({ en: 'The server takes at most 500.', fr: 'Le serveur en prend 500 au plus.' }),
    );
  };
}
