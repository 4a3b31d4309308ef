import { createColors } from 'picocolors';
import { askSecret } from './ask-secret.ts';
import type { Language, Text } from './language.ts';

/** The world as one run of the command sees it; a test gives it another. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly language: Language;
  readonly colours: ReturnType<typeof createColors>;
  /** Columns of the window; undefined where the output is no window. */
  readonly width: number | undefined;
  readonly signal: AbortSignal;
  say(text: Text): string;
  nowMs(): number;
  out(text: string): void;
  err(text: string): void;
  /** Replaces the line that moves, or with nothing takes it away; where standard error is no window it never shows. */
  redraw(line?: string): void;
  readonly input: AsyncIterable<Buffer | string>;
  readInput(): Promise<string>;
  /** Asks for what must not be seen; undefined where nobody sits at a keyboard. */
  askSecret(question: string): Promise<string | undefined>;
}

/** The streams that a terminal is made of. */
export interface TerminalStreams {
  readonly input: AsyncIterable<Buffer | string>;
  readonly output: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly errors: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}

/** Makes the terminal of a run. Colours need a window and no NO_COLOR (no-color.org). */
export function createTerminal(
  options: { env: Terminal['env']; cwd: string; language: Language; noColour: boolean; signal: AbortSignal },
  { input, output, errors }: TerminalStreams,
): Terminal {
  const { env, language } = options;
  const isWindow = output.isTTY === true;
  const coloured = isWindow && !options.noColour && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return {
    env,
    cwd: options.cwd,
    language,
    colours: createColors(coloured),
    width: isWindow ? (output.columns ?? 80) : undefined,
    signal: options.signal,
    say: (text) => text[language],
    nowMs: () => Date.now(),
    out: (text) => output.write(`${text}\n`),
    err: (text) => errors.write(`${text}\n`),
    redraw: (line = '') => {
      if (errors.isTTY !== true || env.TERM === 'dumb') return;
      errors.write(`\r\u001b[K${line.slice(0, (errors.columns ?? 80) - 1)}`);
    },
    input,
    askSecret: (question) => askSecret(question, input, errors, options.signal),
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of input) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
