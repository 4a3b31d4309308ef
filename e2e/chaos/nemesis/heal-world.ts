import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '@chappe/local';
import { waitUntil } from '../../harness/wait-until.ts';

/** Longer than any start on a busy machine: what is not back by then does not come back. */
const mostRecoveryMs = 120_000;

/** Ends whatever a fault may have left standing: proxies, stopped processes, full disks, orders, what is down. */
export async function healWorld(stack: Stack, orders: string): Promise<void> {
  for (const link of stack.links.values()) link.treat({ how: 'pass' });
  for (const disk of stack.smallDisks.values()) disk.free();
  for (const order of readdirSync(orders)) rmSync(join(orders, order), { force: true });
  const names = Object.keys(stack.state.pids);
  for (const name of names) stack.process(name).kill('SIGCONT');
  const down = names.filter((name) => stack.process(name).pid === undefined);
  await Promise.allSettled(down.map((name) => stack.process(name).restart()));
}

/** Waits until every service says that it is ready; names the last to come, or those that never did. */
export async function waitUntilRecovered(
  stack: Stack,
  signal: AbortSignal,
): Promise<{ afterMs: number; notReady: readonly string[]; last: readonly string[] }> {
  const startedAtMs = performance.now();
  let notReady: readonly string[] = [];
  let last: readonly string[] = [];
  await waitUntil(
    'all services ready',
    async () => {
      notReady = await servicesNotReady(stack);
      if (notReady.length > 0) last = notReady;
      return notReady.length === 0 || signal.aborted ? true : undefined;
    },
    mostRecoveryMs,
    // Those that are not ready are the answer.
  ).catch(() => undefined);
  return { afterMs: performance.now() - startedAtMs, notReady, last };
}

async function servicesNotReady(stack: Stack): Promise<string[]> {
  const asked = Object.entries(stack.state.services).map(async ([name, url]) => {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) });
      await response.body?.cancel();
      return response.ok ? [] : [name];
    } catch {
      // Nobody listens, or it does not answer in time.
      return [name];
    }
  });
  return (await Promise.all(asked)).flat();
}
