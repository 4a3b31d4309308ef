/** A bucket of one correspondent: how much it may still send, as of when. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** How fast one correspondent may send. A rate of 0 sets no limit. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** Whether so many messages may pass now, and the bucket afterwards. */
export type RateVerdict =
  | { readonly status: 'passed'; readonly bucket: Bucket }
  | { readonly status: 'limited'; readonly bucket: Bucket; readonly retryAfterMs: number };

/** Token bucket. A request larger than the burst passes when the bucket is full, and leaves it in debt. */
export function takeFromBucket(
  bucket: Bucket | undefined,
  count: number,
  limit: RateLimit,
  nowMs: number,
): RateVerdict {
  if (limit.perSecond === 0) return { status: 'passed', bucket: { tokens: limit.burst, atMs: nowMs } };
  const elapsedMs = bucket === undefined ? 0 : Math.max(0, nowMs - bucket.atMs);
  const tokens = Math.min(
    limit.burst,
    (bucket?.tokens ?? limit.burst) + (elapsedMs / 1000) * limit.perSecond,
  );
  const needed = Math.min(count, limit.burst);
  if (tokens >= needed) return { status: 'passed', bucket: { tokens: tokens - count, atMs: nowMs } };
  const retryAfterMs = Math.ceil(((needed - tokens) / limit.perSecond) * 1000);
  return { status: 'limited', bucket: { tokens, atMs: nowMs }, retryAfterMs };
}
