import { createColors } from 'picocolors';
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
  readInput(): Promise<string>;
}

/** The streams that a terminal is made of. */
export interface TerminalStreams {
  readonly input: AsyncIterable<Buffer | string>;
  readonly output: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly errors: { write(text: string): unknown };
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
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of input) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
