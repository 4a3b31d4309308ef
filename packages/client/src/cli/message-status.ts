import type { MessageStatus } from './build-message.ts';
import type { Connection } from './connect.ts';
import { UsageError } from './usage-error.ts';

/** The options that say whether a message is real. */
export interface StatusOptions {
  readonly actual?: boolean;
  readonly exercise?: string;
}

const demonstrationExercise = 'EX-DEMONSTRATION';

/** What the options say; in the demonstration an exercise unless they say otherwise; elsewhere undefined. */
export function messageStatusOf(options: StatusOptions, connection: Connection): MessageStatus | undefined {
  if (options.actual === true && options.exercise !== undefined) {
    throw new UsageError({
      en: '--actual and --exercise exclude each other',
      fr: "--actual et --exercise s'excluent",
    });
  }
  if (options.actual === true) return { status: 'ACTUAL' };
  if (options.exercise !== undefined) return { status: 'EXERCISE', exerciseId: options.exercise };
  return connection.stack === undefined
    ? undefined
    : { status: 'EXERCISE', exerciseId: demonstrationExercise };
}
