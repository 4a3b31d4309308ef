import { code } from '../build-message.ts';
import { type FollowUpOptions, sendFollowUp } from '../compose-follow-up.ts';
import type { ExitCode } from '../exit-codes.ts';
import { findOriginal } from '../find-original.ts';
import { readGivenText } from '../read-text.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `close`. */
export interface CloseOptions extends FollowUpOptions {
  readonly outcome: string;
  readonly duplicateOf?: string;
}

/** Closes the thread of a message with its outcome, and tells the originator what became of it. */
export async function close(
  terminal: Terminal,
  name: string,
  words: string | undefined,
  options: CloseOptions,
): Promise<ExitCode> {
  const feedback = await readGivenText(terminal, words, options);
  const { duplicateOf } = options;
  const outcome = code(options.outcome);
  if ((outcome === 'DUPLICATE') !== (duplicateOf !== undefined)) {
    throw new UsageError({
      en: '--outcome duplicate and --duplicate-of go together',
      fr: '--outcome duplicate et --duplicate-of vont ensemble',
    });
  }
  return sendFollowUp(terminal, name, 'either', options, async ({ client, original }) => ({
    kind: 'CLOSURE',
    asUrgent: false,
    header: {},
    body: {
      outcome,
      ...(feedback === undefined ? {} : { feedback }),
      ...(duplicateOf === undefined
        ? {}
        : { duplicateOf: (await findOriginal(client, duplicateOf, 'either')).threadId }),
    },
    next: () => `chappe thread ${original.reference}`,
  }));
}
