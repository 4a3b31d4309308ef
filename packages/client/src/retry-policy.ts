/** Bounds of the SDK's own retries. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** The first pause; it doubles with each attempt. */
  readonly baseDelayMs: number;
  /** No pause is longer, whatever `Retry-After` says. */
  readonly maxDelayMs: number;
  /** Time for all attempts and pauses together. */
  readonly deadlineMs: number;
}

/** What the SDK does unless told otherwise: six attempts within a minute. */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 6,
  baseDelayMs: 250,
  maxDelayMs: 15_000,
  deadlineMs: 60_000,
};

const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether the same request may succeed later without being changed. */
export function isTransient(status: number): boolean {
  return transientStatuses.has(status);
}

/**
 * The pause before the next attempt. The server's own wish is a floor and gets jitter on top, so that a
 * herd it sent away does not come back in the same instant; otherwise the pause is drawn from the upper
 * half of the doubled delay.
 */
export function retryDelayMs(
  policy: Pick<RetryPolicy, 'baseDelayMs' | 'maxDelayMs'>,
  attempt: number,
  retryAfterMs: number | undefined,
  random: number,
): number {
  const doubled = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(attempt - 1, 30));
  if (retryAfterMs === undefined) return Math.round(doubled / 2 + (doubled / 2) * random);
  return Math.round(Math.min(policy.maxDelayMs, retryAfterMs + doubled * random));
}

/** `Retry-After` in either of its two forms (RFC 9110, 10.2.3), as milliseconds from now. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
