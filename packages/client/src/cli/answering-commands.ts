import type { Command } from 'commander';
import { codeOption } from './code-choices.ts';
import { attentionOption, several } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import { followUpOptions, textOptions } from './follow-up-options.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds what answers, asks and adds: `reply`, `ask` and `supplement`. */
export function addAnsweringCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const withText = (target: Command) => followUpOptions(textOptions(target, terminal), terminal);

  withText(
    command('reply <message> [text]', { en: 'answer a received message', fr: 'répondre à un message reçu' }, [
      'chappe reply LB-26-9WX4M6D-5 "The holder is known to us; the file follows." --outcome partial',
      'chappe reply LB-26-9WX4M6D-5 --outcome negative',
      'chappe reply LB-26-9WX4M6D-5 "A case is open." --refusal-ground ongoing-investigation',
      'chappe reply LB-26-9WX4M6D-5 --new-date +3d',
      'chappe reply LB-26-9WX4M6D-5 - < answer.txt',
    ])
      .addOption(
        codeOption(terminal, '--outcome <outcome>', 'replyOutcome', {
          en: 'how far it answers (full)',
          fr: 'jusqu’où elle répond (full)',
        }),
      )
      .addOption(
        codeOption(terminal, '--refusal-ground <ground>', 'refusalGround', {
          en: 'why it is refused',
          fr: 'motif du refus',
        }),
      )
      .option(
        '--new-date <time>',
        t({ en: 'an extension: until when (+3d, 2026-11-25)', fr: "un délai : jusqu'à (+3j, 2026-11-25)" }),
      )
      .addOption(
        codeOption(terminal, '--accessibility <way>', 'accessibility', {
          en: 'at hand, or to be asked for elsewhere',
          fr: 'disponible, ou à demander ailleurs',
        }),
      ),
  ).action(async (message: string, text: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/answer.ts')).reply(terminal, message, text, self.optsWithGlobals()),
    );
  });

  withText(
    attentionOption(
      command(
        'ask [question]',
        {
          en: 'ask a question, about a message or by itself',
          fr: 'poser une question, sur un message ou seule',
        },
        [
          'chappe ask "Is the holder known to local police?" --to post:LB --reply-by +3d --crime-area computer-crime \\\n      --purpose "to identify the operator" --facts "registered from Beirut" --why "the registrar has its seat there"',
          'chappe ask "Which quay?" --about DJ-26-K7M2P4X-M --to post:DJ --reply-by +8h \\\n      --purpose "to find the container" --facts "the lead names a quay" --why "it wrote the lead"',
        ],
      ),
      terminal,
    )
      .option('--about <message>', t({ en: 'the message it is about', fr: 'le message dont il s’agit' }))
      .requiredOption('--to <correspondent>', t({ en: 'who is to answer', fr: 'qui doit répondre' }), several)
      .option('--info <correspondent>', t({ en: 'for information', fr: 'pour information' }), several)
      .requiredOption(
        '--reply-by <time>',
        t({ en: 'until when (+8h, +3d, 2026-11-25)', fr: "jusqu'à quand (+8h, +3j, 2026-11-25)" }),
      )
      .requiredOption('--purpose <words>', t({ en: 'what for', fr: 'pour quoi faire' }))
      .requiredOption('--facts <words>', t({ en: 'what it rests on', fr: 'sur quoi elle repose' }))
      .requiredOption(
        '--why <words>',
        t({ en: 'why the addressee may hold it', fr: 'pourquoi le destinataire peut la détenir' }),
      )
      .option('--channel <channel>', t({ en: 'channel asked for', fr: 'canal demandé' }))
      .option(
        '--country <code>',
        t({ en: 'countries concerned, ISO 3166-1 (DJ)', fr: 'pays concernés, ISO 3166-1 (DJ)' }),
        several,
      )
      .addOption(
        codeOption(terminal, '--legal-basis <basis>', 'legalBasis', {
          en: 'on what ground',
          fr: 'sur quel fondement',
        }),
      )
      .option('--actual', t({ en: 'this is real', fr: "c'est réel" }))
      .option(
        '--exercise <id>',
        t({
          en: 'this is an exercise (the default in the demonstration)',
          fr: "c'est un exercice (par défaut dans la démonstration)",
        }),
      ),
  ).action(async (question: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/answer.ts')).ask(terminal, question, self.optsWithGlobals()),
    );
  });

  withText(
    command(
      'supplement <message> [text]',
      {
        en: 'add facts to a message, without correcting it',
        fr: 'ajouter des faits à un message, sans le corriger',
      },
      [
        'chappe supplement DJ-26-K7M2P4X-M "The van was seen again at the quay this morning."',
        'chappe supplement DJ-26-K7M2P4X-M --text-file facts.txt --body entities.json',
      ],
    ),
  ).action(async (message: string, text: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/answer.ts')).supplement(terminal, message, text, self.optsWithGlobals()),
    );
  });
}
