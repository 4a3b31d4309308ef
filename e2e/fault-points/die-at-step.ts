import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let hits = 0;

/**
 * Ends this process by SIGKILL when it reaches the step that CHAPPE_FAULT_STEP names, for the
 * CHAPPE_FAULT_HIT-th time: no handler runs, no buffer is flushed, as when the machine loses power. The file
 * CHAPPE_FAULT_MARK then says that it was this step, and no other cause.
 */
function dieAtStep(step: string): void {
  if (isOrdered(step)) process.kill(process.pid, 'SIGKILL');
  const { CHAPPE_FAULT_STEP, CHAPPE_FAULT_HIT, CHAPPE_FAULT_MARK } = process.env;
  if (CHAPPE_FAULT_STEP !== step) return;
  hits += 1;
  if (hits < Number(CHAPPE_FAULT_HIT ?? '1')) return;
  if (CHAPPE_FAULT_MARK !== undefined) writeFileSync(CHAPPE_FAULT_MARK, step);
  process.kill(process.pid, 'SIGKILL');
}

/**
 * While it runs, a process can be ordered to die: by a file named after the step in the folder that
 * CHAPPE_FAULT_ORDERS names. The order is taken away first, so that the process that follows it lives.
 */
function isOrdered(step: string): boolean {
  const { CHAPPE_FAULT_ORDERS } = process.env;
  if (CHAPPE_FAULT_ORDERS === undefined) return false;
  try {
    unlinkSync(join(CHAPPE_FAULT_ORDERS, step));
    return true;
  } catch {
    // No order stands: the usual case.
    return false;
  }
}

/** Puts a fault point before and after an asynchronous step. */
export async function around<T>(step: string, work: () => Promise<T>): Promise<T> {
  dieAtStep(`before-${step}`);
  const result = await work();
  dieAtStep(`after-${step}`);
  return result;
}
