import { createInterface } from 'node:readline/promises';
import type { Log } from '@chappe/kafka';

/** The world as one run of the installer sees it. */
export interface InstallerTerminal {
  readonly language: 'fr' | 'en';
  /** Somebody sits at a keyboard. */
  readonly interactive: boolean;
  /** Says something to a person, where it is not in the way of an answer to a program. */
  tell(text: string): void;
  /** The answer itself. */
  answer(text: string): void;
  ask(question: string): Promise<string>;
  readonly log: Log;
}

/** Long enough to read it, and to fetch the second person. */
const answerWithinMs = 10 * 60_000;

/** The terminal of a process. Words go to standard output, beside `--json` to the standard error. */
export function openTerminal(options: {
  readonly language: 'fr' | 'en';
  readonly json: boolean;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}): InstallerTerminal {
  const { language, json, input, output, errors } = options;
  const words = json ? errors : output;
  const quiet = (): void => undefined;
  const said = new Set<string>();
  return {
    language,
    interactive: input.isTTY === true && words.isTTY === true,
    tell: (text) => words.write(`${text}\n`),
    answer: (text) => output.write(`${text}\n`),
    async ask(question) {
      const asking = createInterface({ input, output: words });
      try {
        return await asking.question(question, { signal: AbortSignal.timeout(answerWithinMs) });
      } catch {
        // No answer in time, or the input ended: that is no yes.
        return '';
      } finally {
        asking.close();
      }
    },
    log: {
      debug: quiet,
      info: quiet,
      warn: sayOnce,
      error: sayOnce,
    },
  };

  /** What stores report while they are waited for, once each: fields may hold what belongs in no terminal. */
  function sayOnce(_fields: object, message: string): void {
    if (said.has(message)) return;
    said.add(message);
    errors.write(`${message}\n`);
  }
}
