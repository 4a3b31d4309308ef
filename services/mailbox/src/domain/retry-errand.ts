/** How often and with which pauses an errand is tried. */
export interface ErrandBounds {
  readonly firstDelayMs: number;
  readonly mostDelayMs: number;
  /** Null: it is never given up. */
  readonly mostAttempts: number | null;
}

/** A message to ingest may be late and is never lost. */
export const reminderBounds: ErrandBounds = { firstDelayMs: 1_000, mostDelayMs: 60_000, mostAttempts: null };

/** A page that nobody could be given in about ten minutes is of no use any more; its failure stays recorded. */
export const pageBounds: ErrandBounds = { firstDelayMs: 2_000, mostDelayMs: 120_000, mostAttempts: 10 };

/** How long to wait after a failed attempt, or null to give up. `random` from 0 to 1 keeps replicas apart. */
export function retryErrandInMs(bounds: ErrandBounds, attempts: number, random: number): number | null {
  const { firstDelayMs, mostDelayMs, mostAttempts } = bounds;
  if (mostAttempts !== null && attempts >= mostAttempts) return null;
  const delayMs = Math.min(mostDelayMs, firstDelayMs * 2 ** Math.min(attempts - 1, 20));
  return Math.round(delayMs * (0.75 + 0.25 * random));
}
