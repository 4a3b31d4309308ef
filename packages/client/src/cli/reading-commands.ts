import { type Command, Option } from 'commander';
import { clientOption, listOptions, positive, whole } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds what shows messages: `inbox`, `status`, `sent`, `thread` and `archive`. */
export function addReadingCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  command('inbox', { en: 'what this correspondent received', fr: 'ce que ce correspondant a reçu' }, [
    'chappe inbox --as desk:counter-terrorism --limit 20',
    'chappe inbox --follow --json --as desk:duty',
    'chappe inbox --unread --action --order urgent --as desk:duty',
    'chappe inbox --counts --country DJ --due +8h',
  ])
    .option('-f, --follow', t({ en: 'go on as it fills', fr: 'continuer à mesure' }))
    .option(
      '--after <number>',
      t({ en: 'only what comes after this number', fr: 'seulement après ce numéro' }),
      whole(terminal),
    )
    .option('--limit <count>', t({ en: 'at most so many', fr: 'au plus tant' }), positive(terminal))
    .option('--cursor <cursor>', t({ en: 'go on from here', fr: "reprendre d'ici" }))
    .addOption(
      new Option(
        '--order <order>',
        t({ en: 'by number (oldest), or', fr: 'par numéro (oldest), ou' }),
      ).choices(['oldest', 'newest', 'urgent']),
    )
    .option('--counts', t({ en: 'only how many there are', fr: 'seulement combien il y en a' }))
    .option('--unread', t({ en: 'only what nobody has touched', fr: "seulement ce que personne n'a touché" }))
    .option('--action', t({ en: 'only what is for action', fr: 'seulement ce qui est pour action' }))
    .option('--mine', t({ en: 'only what is yours to do', fr: 'seulement ce qui vous revient' }))
    .option(
      '--unassigned',
      t({ en: 'only what nobody has in charge', fr: 'seulement ce que personne ne traite' }),
    )
    .option(
      '--due <time>',
      t({ en: 'only what is owed before then (+8h)', fr: "seulement ce qui est dû d'ici là (+8h)" }),
    )
    .addOption(
      new Option('--lane <lane>', t({ en: 'only this lane', fr: 'seulement cette voie' })).choices([
        'flash',
        'urgent',
        'routine',
      ]),
    )
    .option(
      '--kind <kind>',
      t({ en: 'only this kind (lead, reply…)', fr: 'seulement cette nature (lead, reply…)' }),
    )
    .option('--from <correspondent>', t({ en: 'only from there', fr: 'seulement de là' }))
    .option(
      '--country <code>',
      t({ en: 'only what concerns it (DJ)', fr: 'seulement ce qui le concerne (DJ)' }),
    )
    .option('--crime-area <area>', t({ en: 'only this area', fr: 'seulement ce domaine' }))
    .option(
      '--thread <message>',
      t({ en: 'only the thread of this message', fr: 'seulement le fil de ce message' }),
    )
    .addOption(clientOption(terminal))
    .action(async (_, self: Command) => {
      await run(async () => (await import('./commands/inbox.ts')).inbox(terminal, self.optsWithGlobals()));
    });

  command(
    'status <message>',
    { en: 'what became of a sent message', fr: "ce qu'est devenu un message envoyé" },
    ['chappe status DJ-26-K7M2P4X-M'],
  )
    .option(
      '--submission-id <uuid>',
      t({ en: 'shows it before it is decided', fr: 'le montre avant la décision' }),
    )
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/status.ts')).status(terminal, name, self.optsWithGlobals()),
      );
    });

  listOptions(
    command('sent', { en: 'what this correspondent sent', fr: 'ce que ce correspondant a envoyé' }, [
      'chappe sent --limit 20',
    ]),
    terminal,
  ).action(async (_, self: Command) => {
    await run(async () => (await import('./commands/lists.ts')).sent(terminal, self.optsWithGlobals()));
  });

  command(
    'thread <message>',
    {
      en: 'a thread in its order, named by any of its messages',
      fr: "un fil dans son ordre, désigné par l'un de ses messages",
    },
    ['chappe thread DJ-26-K7M2P4X-M', 'chappe thread 01900000-0000-8000-8000-000000000000 --json'],
  )
    .addOption(clientOption(terminal))
    .action(async (message: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/thread.ts')).thread(terminal, message, self.optsWithGlobals()),
      );
    });

  const archive = command(
    'archive',
    {
      en: 'search and read the archive; every use is logged with its reason',
      fr: 'chercher et lire dans les archives ; tout est journalisé avec son motif',
    },
    ['chappe archive search courier --reason "case 2026-114" --as desk:trafficking'],
  );
  const reason = ['--reason <words>', t({ en: 'why; it is logged', fr: 'pourquoi ; journalisé' })] as const;
  listOptions(archive.command('search [words]').description(t({ en: 'search', fr: 'chercher' })), terminal)
    .requiredOption(...reason)
    .action(async (words: string | undefined, _, self: Command) => {
      await run(async () =>
        (await import('./commands/lists.ts')).searchArchive(terminal, words, self.optsWithGlobals()),
      );
    });
  archive
    .command('read <message>')
    .description(t({ en: 'read one message', fr: 'lire un message' }))
    .requiredOption(...reason)
    .action(async (message: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/lists.ts')).readArchive(terminal, message, self.optsWithGlobals()),
      );
    });
}
