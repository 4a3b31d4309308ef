import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** How a run of the command ended. */
export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run under way: its output so far, and the means to end it. */
export interface RunningChappe {
  readonly ended: Promise<Run>;
  output(): string;
  errors(): string;
  interrupt(): void;
}

/** Starts the real command in a process of its own, with no environment but what is given. */
export function startChappe(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string; readonly input?: string } = {},
): RunningChappe {
  const child = spawn(process.execPath, [entry, ...args], {
    // Nor with the profiles of whoever runs the test.
    env: { PATH: process.env.PATH, XDG_CONFIG_HOME: '/nonexistent', ...options.env },
    cwd: options.cwd ?? '/',
    stdio: 'pipe',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.end(options.input ?? '');
  return {
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, out, err }));
    }),
    output: () => out,
    errors: () => err,
    interrupt: () => void child.kill('SIGINT'),
  };
}

/** Runs the real command to its end. */
export function runChappe(...given: Parameters<typeof startChappe>): Promise<Run> {
  return startChappe(...given).ended;
}
