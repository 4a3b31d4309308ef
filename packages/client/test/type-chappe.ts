import { chooseLanguage } from '../src/cli/language.ts';
import { profileLanguage } from '../src/cli/profiles/profile-language.ts';
import { runCommand } from '../src/cli/run-command.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import type { Run } from './run-chappe.ts';

/** What the command line is run with. */
export interface TypedOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** A window of so many columns instead of a pipe. */
  readonly columns?: number;
}

/** Runs a command line inside this process: as `runChappe`, without the second that a process takes. */
export async function typeChappe(args: readonly string[], options: TypedOptions = {}): Promise<Run> {
  const { cwd = '/', input = '', columns } = options;
  // Not the profiles of whoever runs the test.
  const env = { XDG_CONFIG_HOME: '/nonexistent', ...options.env };
  let out = '';
  let err = '';
  const window = columns === undefined ? { isTTY: false } : { isTTY: true, columns };
  const terminal = createTerminal(
    {
      env,
      cwd,
      language: chooseLanguage(args, env, await profileLanguage(args, env)),
      noColour: true,
      signal: options.signal ?? new AbortController().signal,
    },
    {
      input: (async function* () {
        yield input;
      })(),
      output: {
        ...window,
        write(text) {
          out += text;
        },
      },
      errors: {
        ...window,
        write(text) {
          err += text;
        },
      },
    },
  );
  const code = await runCommand(args, terminal);
  return { code, out, err };
}
