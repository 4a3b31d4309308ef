import type { Command } from 'commander';
import { positive } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds `chappe dead-letters …`: what operators do about records that a service could not apply. */
export function addDeadLetterCommands(declare: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const letters = declare(
    'dead-letters',
    {
      en: 'records that a service could not apply: bring them back, or give them up with a second operator',
      fr: "ce qu'un service n'a pas pu appliquer : le rejouer, ou y renoncer à deux opérateurs",
    },
    [
      'chappe dead-letters list',
      'chappe dead-letters replay mailbox.flash/2/17 --reason "mended in 1.4"',
      'chappe dead-letters discard mailbox.flash/2/17 --reason "a test of 3 May"',
      'chappe dead-letters approve mailbox/12 --login operator-2',
    ],
  );
  const reason = ['--reason <words>', t({ en: 'why; kept for good', fr: 'pourquoi ; conservé' })] as const;
  const service = [
    '--service <name>',
    t({
      en: 'router, mailbox or archive; all of them unless given',
      fr: 'router, mailbox ou archive ; tous par défaut',
    }),
  ] as const;
  const sub = (name: string, description: Text): Command => letters.command(name).description(t(description));

  sub('list', {
    en: 'those that wait for somebody, the newest first',
    fr: "celles qui attendent quelqu'un, les plus récentes d'abord",
  })
    .option(...service)
    .option('--group <group>', t({ en: 'of one consumer group', fr: "d'un seul groupe de lecture" }))
    .option('--all', t({ en: 'replayed and discarded ones too', fr: 'aussi les rejouées et les écartées' }))
    .option(
      '--limit <count>',
      t({ en: 'look at so many of each service (50)', fr: 'en regarder tant par service (50)' }),
      positive(terminal),
    )
    .action(async (_, self: Command) => {
      await run(async () =>
        (await import('./commands/dead-letter-read.ts')).list(terminal, self.optsWithGlobals()),
      );
    });

  sub('show <letter>', {
    en: 'one, and everything that was tried and decided about it',
    fr: "l'une d'elles, avec tout ce qui a été tenté et décidé",
  }).action(async (name: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/dead-letter-read.ts')).show(terminal, name, self.optsWithGlobals()),
    );
  });

  sub('cases', {
    en: 'what was proposed to be discarded or reinstated, and who decided',
    fr: "ce qu'on a proposé d'écarter ou de reprendre, et qui a décidé",
  })
    .option(...service)
    .option('--open', t({ en: 'only those that wait', fr: 'seulement celles en attente' }))
    .option('--limit <count>', t({ en: 'at most so many (50)', fr: 'au plus tant (50)' }), positive(terminal))
    .action(async (_, self: Command) => {
      await run(async () =>
        (await import('./commands/dead-letter-read.ts')).cases(terminal, self.optsWithGlobals()),
      );
    });

  const act = (name: 'replay' | 'discard' | 'reinstate', description: Text): void => {
    sub(`${name} <letters...>`, description)
      .requiredOption(...reason)
      .action(async (names: string[], _, self: Command) => {
        await run(async () =>
          (await import('./commands/dead-letter-act.ts')).actOnLetters(
            terminal,
            name,
            names,
            self.optsWithGlobals(),
          ),
        );
      });
  };
  act('replay', {
    en: 'apply again, with the bytes they hold; once, however often it is asked',
    fr: 'appliquer de nouveau, avec leurs octets ; une fois, même demandé plusieurs fois',
  });
  act('discard', {
    en: 'propose to give up for good; another operator approves',
    fr: 'proposer d’y renoncer ; un autre opérateur approuve',
  });
  act('reinstate', {
    en: 'propose to take up again what was discarded',
    fr: 'proposer de reprendre ce qui a été écarté',
  });

  const decide = (name: 'approve' | 'reject' | 'withdraw', description: Text): void => {
    const command = sub(`${name} <cases...>`, description);
    if (name === 'reject') command.requiredOption(...reason);
    else command.option(...reason);
    command.action(async (names: string[], _, self: Command) => {
      await run(async () =>
        (await import('./commands/dead-letter-act.ts')).decideCases(
          terminal,
          name,
          names,
          self.optsWithGlobals(),
        ),
      );
    });
  };
  decide('approve', {
    en: 'approve what another operator proposed (mailbox/12)',
    fr: "approuver ce qu'un autre opérateur a proposé (mailbox/12)",
  });
  decide('reject', { en: 'refuse it', fr: 'le refuser' });
  decide('withdraw', { en: 'take back an own proposal', fr: 'retirer sa proposition' });
}
