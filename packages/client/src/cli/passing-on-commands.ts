import type { Command } from 'commander';
import { codeOption } from './code-choices.ts';
import { attentionOption, several } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import { followUpOptions, textOptions } from './follow-up-options.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds what takes a message further: `dispatch`, `disclose` and `release`. */
export function addPassingOnCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const withText = (target: Command) => followUpOptions(textOptions(target, terminal), terminal);

  withText(
    attentionOption(
      command(
        'dispatch <message> [instruction]',
        {
          en: 'pass a message on, with what is expected',
          fr: 'transmettre un message, avec ce qui est attendu',
        },
        [
          'chappe dispatch DJ-26-K7M2P4X-M "Check the arrivals of the container." --to post:CI --info post:SN --deadline +2d',
          'chappe dispatch DJ-26-K7M2P4X-M "For you alone." --to post:CI --attention attaché:exclusive',
        ],
      ),
      terminal,
    )
      .option('--to <correspondent>', t({ en: 'for action', fr: 'pour action' }), several)
      .option('--info <correspondent>', t({ en: 'for information', fr: 'pour information' }), several)
      .option(
        '--deadline <time>',
        t({ en: 'until when (+2d, 2026-11-25)', fr: "jusqu'à quand (+2j, 2026-11-25)" }),
      ),
  ).action(async (message: string, text: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/pass-on.ts')).dispatch(terminal, message, text, self.optsWithGlobals()),
    );
  });

  withText(
    command(
      'disclose <message> [content]',
      {
        en: 'record what was told to a local body, by word or in writing',
        fr: 'enregistrer ce qui a été dit à un service local, oralement ou par écrit',
      },
      [
        'chappe disclose DJ-26-K7M2P4X-M "A shipment of tools may hold prohibited goods." --told-to "Port authority" \\\n      --country DJ --form oral --at 14:30 --legal-basis bilateral-agreement --justification "only it can stop it" \\\n      --authorised-by "Attaché"',
      ],
    )
      .requiredOption('--told-to <body>', t({ en: 'the local body', fr: 'le service local' }))
      .option('--country <code>', t({ en: 'its country, ISO 3166-1 (DJ)', fr: 'son pays, ISO 3166-1 (DJ)' }))
      .addOption(
        codeOption(terminal, '--form <form>', 'disclosureForm', {
          en: 'by word or in writing',
          fr: 'oralement ou par écrit',
        }).makeOptionMandatory(),
      )
      .requiredOption('--at <time>', t({ en: 'when (now, -20m, 14:30)', fr: 'quand (now, -20m, 14:30)' }))
      .addOption(
        codeOption(terminal, '--legal-basis <basis>', 'legalBasis', {
          en: 'on what ground',
          fr: 'sur quel fondement',
        }).makeOptionMandatory(),
      )
      .requiredOption('--justification <words>', t({ en: 'why', fr: 'pourquoi' }))
      .requiredOption(
        '--authorised-by <function>',
        t({ en: 'who authorised it, by function', fr: 'qui l’a autorisé, par sa fonction' }),
      ),
  ).action(async (message: string, text: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/pass-on.ts')).disclose(terminal, message, text, self.optsWithGlobals()),
    );
  });

  const release = command(
    'release',
    {
      en: 'ask for permission to pass a message on, grant it, refuse it',
      fr: 'demander la permission de diffuser un message, l’accorder, la refuser',
    },
    [
      'chappe release request DJ-26-K7M2P4X-M --to partner:example-agency --purpose "to search the container"',
      'chappe release grant CT-26-7Z2B9KM-H --conditions "no copy is kept" --until 2026-12-01',
      'chappe release grant DJ-26-3QH7T2A-B --login releaser-post-DJ',
      'chappe release refuse CT-26-7Z2B9KM-H --conditions "the source would be known"',
    ],
  );
  followUpOptions(
    release
      .command('request <message>')
      .description(t({ en: 'ask its originator', fr: 'demander à son auteur' }))
      .requiredOption(
        '--to <body>',
        t({ en: 'to whom it would be passed on', fr: 'à qui le diffuser' }),
        several,
      )
      .requiredOption('--purpose <words>', t({ en: 'what for', fr: 'pour quoi faire' }))
      .option(
        '--scope <part>',
        t({ en: 'which parts; all unless said', fr: 'quelles parties ; tout sinon' }),
        several,
      ),
    terminal,
  ).action(async (message: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/pass-on.ts')).requestRelease(terminal, message, self.optsWithGlobals()),
    );
  });
  for (const granted of [true, false]) {
    followUpOptions(
      release
        .command(granted ? 'grant <request>' : 'refuse <request>')
        .description(
          granted
            ? t({
                en: 'allow it: answers a request, frees an own message (--to), or reviews an emergency',
                fr: 'accorder : répond à une demande, libère un message à soi (--to), ou revoit une urgence',
              })
            : t({
                en: 'refuse it, or take back what was granted',
                fr: 'refuser, ou reprendre ce qui a été accordé',
              }),
        )
        .option(
          '--to <body>',
          t({ en: 'to whom; as asked unless said', fr: 'à qui ; comme demandé sinon' }),
          several,
        )
        .option('--purpose <words>', t({ en: 'for what only', fr: 'à quelle seule fin' }))
        .option(
          '--conditions <words>',
          t({ en: 'conditions, or why not', fr: 'conditions, ou motif du refus' }),
        )
        .option(
          '--until <time>',
          t({ en: 'until when (+7d, 2026-12-01)', fr: "jusqu'à quand (+7j, 2026-12-01)" }),
        ),
      terminal,
    ).action(async (request: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/pass-on.ts')).answerRelease(
          terminal,
          request,
          granted,
          self.optsWithGlobals(),
        ),
      );
    });
  }
}
