import { type Bucket, type RateLimit, takeFromBucket } from '../domain/limit-rate.ts';

/** Holds back a correspondent that sends too fast. */
export interface CorrespondentRateLimiter {
  /** Milliseconds to wait, or 0 when these messages may pass. */
  take(correspondent: string, urgency: string, count: number): number;
}

/**
 * One bucket per correspondent and lane, in this process: holds without Redis, and a flood of routine
 * traffic never delays a flash. Bounded by the number of correspondents of the directory.
 */
export function createCorrespondentRateLimiter(
  limit: RateLimit,
  nowMs: () => number,
): CorrespondentRateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(correspondent, urgency, count) {
      if (limit.perSecond === 0) return 0;
      const key = `${urgency === 'FLASH' ? 'flash' : 'other'} ${correspondent}`;
      const verdict = takeFromBucket(buckets.get(key), count, limit, nowMs());
      buckets.set(key, verdict.bucket);
      return verdict.status === 'limited' ? verdict.retryAfterMs : 0;
    },
  };
}
