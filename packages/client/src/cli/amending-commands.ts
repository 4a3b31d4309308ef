import type { Command } from 'commander';
import { codeOption } from './code-choices.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import { followUpOptions, textOptions } from './follow-up-options.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds what mends and ends a matter: `correct`, `cancel` and `close`. */
export function addAmendingCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const withText = (target: Command) => followUpOptions(textOptions(target, terminal), terminal);

  withText(
    command(
      'correct <message> [text]',
      {
        en: 'correct a sent message; what is not given anew stays',
        fr: 'corriger un message envoyé ; ce qui n’est pas redonné reste',
      },
      [
        'chappe correct DJ-26-K7M2P4X-M "The organiser uses a grey van." --reason "the colour was wrong"',
        'chappe correct DJ-26-K7M2P4X-M --body lead.json --reason "two plates were confused"',
      ],
    )
      .requiredOption('--reason <words>', t({ en: 'what was wrong', fr: 'ce qui était faux' }))
      .option('--title <line>', t({ en: 'the right title', fr: 'le bon titre' })),
  ).action(async (message: string, text: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/amend.ts')).correct(terminal, message, text, self.optsWithGlobals()),
    );
  });

  followUpOptions(
    command(
      'cancel <message>',
      {
        en: 'withdraw a sent message from everybody who ever got it',
        fr: 'retirer un message envoyé à tous ceux qui l’ont jamais eu',
      },
      [
        'chappe cancel DJ-26-K7M2P4X-M --reason "it proved wrong"',
        'chappe cancel DJ-26-K7M2P4X-M --reason "a person is at risk" --delete --wait',
      ],
    )
      .requiredOption('--reason <words>', t({ en: 'why', fr: 'pourquoi' }))
      .option(
        '--delete',
        t({
          en: 'every holder deletes it; otherwise it is no longer used',
          fr: 'chaque détenteur le supprime ; sinon il n’est plus utilisé',
        }),
      ),
    terminal,
  ).action(async (message: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/amend.ts')).cancel(terminal, message, self.optsWithGlobals()),
    );
  });

  withText(
    command(
      'close <message> [feedback]',
      {
        en: 'close a thread with its outcome, and tell its originator',
        fr: 'clore un fil avec son issue, et le dire à son auteur',
      },
      [
        'chappe close DJ-26-K7M2P4X-M "The container was searched; thank you." --outcome exploited',
        'chappe close CI-26-3QH7T2A-C --outcome duplicate --duplicate-of DJ-26-K7M2P4X-M',
      ],
    )
      .addOption(
        codeOption(terminal, '--outcome <outcome>', 'closureOutcome', {
          en: 'what became of it',
          fr: 'ce qu’il en est advenu',
        }).makeOptionMandatory(),
      )
      .option(
        '--duplicate-of <message>',
        t({ en: 'the matter that goes on', fr: 'l’affaire qui se poursuit' }),
      ),
  ).action(async (message: string, text: string | undefined, _, self: Command) => {
    await run(async () =>
      (await import('./commands/close.ts')).close(terminal, message, text, self.optsWithGlobals()),
    );
  });
}
