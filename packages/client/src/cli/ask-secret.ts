import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

type Input = AsyncIterable<Buffer | string>;

/** Asks for a line that is not shown while it is typed; undefined where the input is no keyboard. */
export async function askSecret(
  question: string,
  input: Input,
  errors: { write(text: string): unknown },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!isKeyboard(input)) return undefined;
  const nowhere = new Writable({ write: (_, __, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  errors.write(question);
  try {
    return await lines.question('', { signal });
  } finally {
    lines.close();
    errors.write('\n');
  }
}

function isKeyboard(input: Input): input is Input & NodeJS.ReadStream {
  return 'isTTY' in input && input.isTTY === true;
}
