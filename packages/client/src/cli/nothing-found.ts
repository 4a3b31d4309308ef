import type { Text } from './language.ts';

/** What was named does not exist, or is not for whoever asks. */
export class NothingFound extends Error {
  override readonly name = 'NothingFound';
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.text = text;
  }
}
