import type { StackProcess } from '@chappe/local';
import { waitUntil } from '../../harness/wait-until.ts';

/** A service reads its whole directory and joins its groups; a broker recovers its log. */
const withinMs = 90_000;

/** Ends a process by SIGKILL and waits until its supervisor has it serving again; says how long that took. */
export async function killAndComeBack(process: StackProcess): Promise<string> {
  const { pid } = process;
  if (pid === undefined) return `${process.name} was down already`;
  const startedAtMs = performance.now();
  process.kill('SIGKILL');
  await waitUntilBack(process, pid);
  return `${process.name} served again after ${seconds(startedAtMs)}`;
}

/** Waits until another process than `pid` serves, whoever started it. */
export async function waitUntilBack(process: StackProcess, pid: number | undefined): Promise<void> {
  await waitUntil(
    `${process.name} started again`,
    async () => (process.pid === undefined || process.pid === pid ? undefined : true),
    withinMs,
  );
  await waitUntilServing(process);
}

/** Waits until it serves; a process that ends while it starts is started again by its supervisor, and counts. */
export async function waitUntilServing(process: StackProcess): Promise<void> {
  await waitUntil(
    `${process.name} serving`,
    async () => {
      if (process.pid === undefined) return undefined;
      await process.waitUntilReady();
      return true;
    },
    withinMs,
  );
}

/** Seconds since then, in words. */
export function seconds(startedAtMs: number): string {
  return `${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`;
}
