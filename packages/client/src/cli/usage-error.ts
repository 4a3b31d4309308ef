import type { Text } from './language.ts';

/** The command line, a file or the set-up is not usable. Says in both languages what is wrong and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly text: Text;
  readonly mend: Text | undefined;

  constructor(text: Text, mend?: Text) {
    super(text.en);
    this.text = text;
    this.mend = mend;
  }
}
