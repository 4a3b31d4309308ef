import type { Command } from 'commander';
import { positive, several } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds `chappe directory …`: what administrators do about the directory and its rules, always two of them. */
export function addDirectoryCommands(declare: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const directory = declare(
    'directory',
    {
      en: 'change the directory and its rules: one proposes, another approves',
      fr: "modifier l'annuaire et ses règles : l'un propose, un autre approuve",
    },
    [
      'chappe directory propose --suspend person-officer-post-DJ --reason "lost telephone"',
      'chappe directory diff 1f3a',
      'chappe directory approve 1f3a --login directory-admin-2',
    ],
  );
  const reason = ['--reason <words>', t({ en: 'why; kept for good', fr: 'pourquoi ; conservé' })] as const;
  const sub = (name: string, description: Text): Command =>
    directory.command(name).description(t(description));

  sub('propose [files...]', {
    en: 'propose the whole directory from files or a folder, a list of changes, or a suspension',
    fr: "proposer tout l'annuaire depuis des fichiers ou un dossier, une liste de changements, ou une suspension",
  })
    .requiredOption(...reason)
    .option(
      '--suspend <who>',
      t({
        en: 'a person or system by its id, a correspondent by its code',
        fr: 'une personne ou un système par son identifiant, un correspondant par son code',
      }),
      several,
    )
    .option('--resume <who>', t({ en: 'end a suspension', fr: 'lever une suspension' }), several)
    .option(
      '--base <release>',
      t({
        en: 'the release it was written on (the one in force)',
        fr: 'la version de départ (celle en vigueur)',
      }),
      positive(terminal),
    )
    .action(async (files: string[], _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-propose.ts')).propose(terminal, files, self.optsWithGlobals()),
      );
    });

  sub('show [proposal]', {
    en: 'a proposal, or all that wait',
    fr: 'une proposition, ou toutes celles en attente',
  })
    .option('--all', t({ en: 'the decided ones too', fr: 'aussi celles déjà tranchées' }))
    .action(async (name: string | undefined, _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-read.ts')).show(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('diff <proposal>', {
    en: 'what it changes, field by field',
    fr: 'ce qui change, champ par champ',
  }).action(async (name: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/directory-read.ts')).diff(terminal, name, self.optsWithGlobals()),
    );
  });

  sub('rehearse <proposal>', {
    en: 'how many past decisions would have other recipients',
    fr: 'combien de décisions passées auraient d’autres destinataires',
  })
    .option(
      '--days <count>',
      t({ en: 'how far back (7)', fr: 'sur combien de jours (7)' }),
      positive(terminal),
    )
    .option(
      '--most <count>',
      t({ en: 'at most so many (5000)', fr: 'au plus tant (5000)' }),
      positive(terminal),
    )
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-read.ts')).rehearse(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('approve <proposal>', {
    en: 'make a proposal of somebody else the next release',
    fr: "faire de la proposition d'un autre la prochaine version",
  })
    .option(...reason)
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-decide.ts')).approve(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('reject <proposal>', { en: 'refuse a proposal', fr: 'refuser une proposition' })
    .requiredOption(...reason)
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-decide.ts')).reject(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('withdraw <proposal>', { en: 'take back an own proposal', fr: 'retirer sa proposition' })
    .option(...reason)
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-decide.ts')).withdraw(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('roll-forward <release>', {
    en: 'propose the content of an older release again',
    fr: "proposer de nouveau le contenu d'une version antérieure",
  })
    .requiredOption(...reason)
    .action(async (release: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-propose.ts')).rollForward(
          terminal,
          release,
          self.optsWithGlobals(),
        ),
      );
    });

  sub('history', {
    en: 'the releases, with who proposed and approved them',
    fr: 'les versions, avec qui les a proposées et approuvées',
  })
    .option('--limit <count>', t({ en: 'at most so many', fr: 'au plus tant' }), positive(terminal))
    .action(async (_, self: Command) => {
      await run(async () =>
        (await import('./commands/directory-read.ts')).history(terminal, self.optsWithGlobals()),
      );
    });

  sub('export [release]', {
    en: 'print all that a release holds as one file, to be changed and proposed',
    fr: 'afficher tout le contenu d’une version en un fichier, à modifier et proposer',
  }).action(async (release: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/directory-read.ts')).exportContent(terminal, release, self.optsWithGlobals()),
    );
  });
}
