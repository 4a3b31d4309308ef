import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or stops waiting when the run ends early: what comes after must put the world back in both cases. */
export async function hold(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
