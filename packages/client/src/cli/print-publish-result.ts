import { isRecord } from '../problem.ts';
import type { PublishResult } from '../publish-message.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { explainError, explainProblem } from './explain-error.ts';
import type { Terminal } from './terminal.ts';

/** Which command shows what becomes of an accepted message. */
export type NextCommand = (reference: string) => string;

/** Prints what became of a message; of an accepted one also the command that is useful next. */
export function printPublishResult(terminal: Terminal, result: PublishResult, next: NextCommand): void {
  const { colours, say } = terminal;
  if (result.outcome === 'accepted') {
    const accepted = say({ en: 'accepted', fr: 'accepté' });
    terminal.out(
      `${colours.green('✓')} ${colours.bold(result.reference)}  ${accepted}  ${colours.dim(result.messageId)}`,
    );
    terminal.out(colours.dim(`  ${next(result.reference)}`));
    return;
  }
  if (result.outcome === 'refused') {
    for (const line of explainProblem(result.problem, terminal).lines) terminal.err(line);
    return;
  }
  const lines = [
    say({
      en: 'It is not known whether this message was accepted.',
      fr: 'On ne sait pas si ce message a été accepté.',
    }),
    ...(result.problem === undefined
      ? explainError(result.cause, terminal)
      : explainProblem(result.problem, terminal)
    ).lines.slice(0, 1),
    say({
      en: `  repeat the same command with --submission-id ${result.submissionId}: it is then sent once, whatever happened`,
      fr: `  répétez la même commande avec --submission-id ${result.submissionId} : elle n'aura d'effet qu'une fois`,
    }),
  ];
  for (const line of lines) terminal.err(line);
}

/** The exit code that says what became of a message. */
export function exitCodeOfResult(terminal: Terminal, result: PublishResult): ExitCode {
  if (result.outcome === 'accepted') return exitCodes.ok;
  if (result.outcome === 'unresolved') return exitCodes.unavailable;
  return explainProblem(result.problem, terminal).exitCode;
}

/** A result as JSON: an Error has no enumerable parts, so its words are kept instead. */
export function plainResult(result: PublishResult | undefined): unknown {
  if (!isRecord(result) || !('cause' in result)) return result;
  const { cause, ...rest } = result;
  return { ...rest, cause: cause instanceof Error ? cause.message : String(cause) };
}
