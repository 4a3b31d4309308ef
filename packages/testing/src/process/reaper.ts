import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./reaper-main.mjs', import.meta.url));
let reaper: ChildProcess | undefined;

/** Has the reaper end the process group of `pid` with `signal` (then SIGKILL) when this process dies. */
export function watchProcessGroup(pid: number, signal: NodeJS.Signals): void {
  order({ watch: pid, signal });
}

/** Tells the reaper that a process group has ended, so that its number can be used again. */
export function forgetProcessGroup(pid: number): void {
  order({ forget: pid });
}

/** Has the reaper run a command (`docker rm …`) when this process dies. */
export function watchCommand(key: string, command: readonly string[]): void {
  order({ key, command });
}

/** Withdraws the command registered under `key`. */
export function forgetCommand(key: string): void {
  order({ forgetCommand: key });
}

/** Has the reaper remove a temporary folder when this process dies. */
export function watchFolder(folder: string): void {
  order({ folder });
}

/** Tells the reaper that the folder is gone or now belongs to somebody else. */
export function forgetFolder(folder: string): void {
  order({ forgetFolder: folder });
}

function order(value: Record<string, unknown>): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${JSON.stringify(value)}\n`);
}

function startReaper(): ChildProcess {
  // Detached: a Ctrl-C in the terminal, or a signal to our group, must not take the reaper along.
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.on('exit', () => {
    if (reaper === child) reaper = undefined;
  });
  const { stdin } = child;
  if (stdin) {
    stdin.on('error', () => {});
    if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  }
  return child;
}
