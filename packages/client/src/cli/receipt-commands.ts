import { type Command, Option } from 'commander';
import { clientOption } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds what people do about messages they received and sent: `ack` and `track`. */
export function addReceiptCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  command(
    'ack <messages...>',
    {
      en: 'say, as a person, what you have done about received messages',
      fr: 'dire, en personne, ce que vous avez fait de messages reçus',
    },
    [
      'chappe ack DJ-26-K7M2P4X-M --taken --as desk:counter-terrorism',
      'chappe ack DJ-26-K7M2P4X-M --transferred desk:cyber --note "a phishing case"',
      'chappe ack DJ-26-K7M2P4X-M --rejected "misrouted: not our country"',
      'chappe ack DJ-26-K7M2P4X-M --taken --channel phone --given-by "duty officer"',
    ],
  )
    .option('--read', t({ en: 'read', fr: 'lu' }))
    .option(
      '--taken',
      t({
        en: 'in charge: one person per correspondent',
        fr: 'pris en charge : une personne par correspondant',
      }),
    )
    .option(
      '--complied',
      t({
        en: 'done; for a cancellation: no longer used',
        fr: "fait ; pour une annulation : n'est plus utilisé",
      }),
    )
    .option('--rejected <reason>', t({ en: 'not for us, and why', fr: 'pas pour nous, et pourquoi' }))
    .option(
      '--transferred <to>',
      t({
        en: 'handed over: person:<id> of a colleague, position:<function>, another correspondent, or your own (anybody again)',
        fr: 'transmis : person:<id> d’un collègue, position:<fonction>, un autre correspondant, ou le vôtre (de nouveau à tous)',
      }),
    )
    .option('--note <words>', t({ en: 'shown to the sender', fr: "montré à l'expéditeur" }))
    .addOption(
      new Option(
        '--channel <way>',
        t({ en: 'you only write it down: phone or paper', fr: 'vous le notez seulement : phone ou paper' }),
      ).choices(['phone', 'paper']),
    )
    .option(
      '--given-by <function>',
      t({ en: 'whose word it was, by function', fr: 'de qui, par sa fonction' }),
    )
    .action(async (messages: string[], _, self: Command) => {
      await run(async () =>
        (await import('./commands/acknowledge.ts')).acknowledge(terminal, messages, self.optsWithGlobals()),
      );
    });

  command(
    'track <message>',
    {
      en: 'who got a sent message, who has it in charge, what is owed',
      fr: 'qui a reçu un message envoyé, qui le traite, ce qui est dû',
    },
    ['chappe track DJ-26-K7M2P4X-M', 'chappe track DJ-26-K7M2P4X-M --follow'],
  )
    .option('-f, --follow', t({ en: 'go on as it changes', fr: 'continuer à mesure' }))
    .addOption(clientOption(terminal))
    .action(async (message: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/track.ts')).track(terminal, message, self.optsWithGlobals()),
      );
    });

  command(
    'why <message> [correspondent]',
    {
      en: 'why somebody got a message, or did not',
      fr: 'pourquoi quelqu’un a reçu un message, ou ne l’a pas reçu',
    },
    ['chappe why DJ-26-K7M2P4X-M', 'chappe why DJ-26-K7M2P4X-M desk:cyber'],
  )
    .addOption(clientOption(terminal))
    .action(async (message: string, correspondent: string | undefined, _, self: Command) => {
      await run(async () =>
        (await import('./commands/why.ts')).why(terminal, message, correspondent, self.optsWithGlobals()),
      );
    });
}
