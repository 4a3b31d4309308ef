import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from '@chappe/testing';

/** The folder's owner, until it gives it back. */
export interface FolderClaim {
  release(): void;
}

/** Another stack runs on this folder. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
  readonly pid: number;

  constructor(pid: number) {
    super(`a stack is running already (pid ${pid})`);
    this.pid = pid;
  }
}

/** Makes this process the only one to run a stack on the folder; throws AlreadyRunning. */
export function claimFolder(folder: string): FolderClaim {
  mkdirSync(folder, { recursive: true });
  const file = claimFile(folder);
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${process.pid} ${bootIdentity(process.pid)}`);
  try {
    const running = runningStack(folder);
    if (running !== undefined) throw new AlreadyRunning(running);
    rmSync(file, { force: true });
    linkSync(own, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new AlreadyRunning(runningStack(folder) ?? 0);
    }
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** The pid of the stack that runs on the folder, if one does. */
export function runningStack(folder: string): number | undefined {
  const file = claimFile(folder);
  if (!existsSync(file)) return undefined;
  const [pid = '', identity = ''] = readFileSync(file, 'utf8').split(' ');
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0 || !isProcessAlive(number)) return undefined;
  // The number may have been given to another process since.
  return bootIdentity(number) === identity ? number : undefined;
}

/** Waits until the processes that a killed stack left to its reaper have ended; gives those that have not. */
export async function waitForRemains(pids: readonly number[], timeoutMs: number): Promise<number[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const left = pids.filter(isProcessAlive);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(100);
  }
}

function claimFile(folder: string): string {
  return `${folder}/stack.pid`;
}

/** When the process began, where the system tells: two processes with one number differ in it. */
function bootIdentity(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
