import { pause } from './pause.ts';
import { type RetryPolicy, retryDelayMs } from './retry-policy.ts';

/** Goes on for as long as there is progress, and gives up after so much time and so many failures without any. */
export interface Perseverance {
  /** Something was achieved: failures count from here. */
  progressed(): void;
  /** Waits before the next try; throws the cause where patience has ended. */
  again(cause: unknown, retryAfterMs?: number): Promise<void>;
}

/** For what takes longer than any deadline could foresee: `retry.deadlineMs` bounds the time without progress. */
export function persevere(
  retry: Pick<RetryPolicy, 'maxAttempts' | 'baseDelayMs' | 'maxDelayMs' | 'deadlineMs'>,
  signal?: AbortSignal,
): Perseverance {
  let failures = 0;
  let quietSinceMs = performance.now();
  return {
    progressed() {
      failures = 0;
      quietSinceMs = performance.now();
    },
    async again(cause, retryAfterMs) {
      failures += 1;
      const delayMs = retryDelayMs(retry, failures, retryAfterMs, Math.random());
      const quietMs = performance.now() - quietSinceMs + delayMs;
      if (failures >= retry.maxAttempts || quietMs > retry.deadlineMs) throw cause;
      await pause(delayMs, signal);
    },
  };
}
