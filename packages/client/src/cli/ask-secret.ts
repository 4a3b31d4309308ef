import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { TerminalStreams } from './terminal.ts';

/** Asks for a line that is not shown while it is typed; undefined where the input is no keyboard. */
export async function askSecret(
  question: string,
  input: TerminalStreams['input'],
  errors: TerminalStreams['errors'],
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

function isKeyboard(input: TerminalStreams['input']): input is TerminalStreams['input'] & NodeJS.ReadStream {
  return 'isTTY' in input && input.isTTY === true;
}
