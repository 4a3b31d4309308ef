import { describe, expect, it } from 'vitest';
import { identifySubmission } from './identify-submission.ts';
import { type Bucket, takeFromBucket } from './limit-rate.ts';

const nowMs = Date.UTC(2026, 4, 4);
const id = (timeMs: number): string => {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`;
};
const good = id(nowMs);
const identify = (submissionId?: string, idempotencyKey?: string) =>
  identifySubmission({ submissionId, idempotencyKey, nowMs });

describe('the identity of a submission', () => {
  it('stands in the body, in the header, or equal in both', () => {
    const identified = { status: 'identified', submissionId: good };
    expect(identify(good)).toEqual(identified);
    expect(identify(undefined, `"${good}"`)).toEqual(identified);
    expect(identify(good, ` "${good}" `)).toEqual(identified);
  });

  it.each<[string, string | undefined, string | undefined, string]>([
    ['is nowhere', undefined, undefined, 'submission-id-missing'],
    ['differs', good, `"${id(nowMs - 1)}"`, 'idempotency-key-mismatch'],
    ['is not quoted', undefined, good, 'invalid-value'],
    ['is in the header but no UUIDv7', good, '"abc"', 'invalid-value'],
    ['is a UUIDv4', good.replace('-7', '-4'), undefined, 'invalid-value'],
    ['is in upper case', 'ABCDEF01-7C00-7000-8000-000000000001', undefined, 'invalid-value'],
    ['is of 1970', id(0), undefined, 'invalid-value'],
    ['is of next week', id(nowMs + 7 * 86_400_000), undefined, 'invalid-value'],
    ['is of next week in the header', undefined, `"${id(nowMs + 7 * 86_400_000)}"`, 'invalid-value'],
  ])('is refused when it %s', (_what, submissionId, idempotencyKey, code) => {
    expect(identify(submissionId, idempotencyKey)).toMatchObject({ status: 'refused', code });
  });

  it('may be days old, since messages are also written offline', () => {
    expect(identify(id(nowMs - 30 * 86_400_000)).status).toBe('identified');
  });
});

describe('the rate of a correspondent', () => {
  const limit = { perSecond: 10, burst: 20 };

  it('lets a burst pass, then what the rate allows', () => {
    let bucket: Bucket | undefined;
    let passed = 0;
    for (let sent = 0; sent < 30; sent++) {
      const verdict = takeFromBucket(bucket, 1, limit, nowMs);
      bucket = verdict.bucket;
      if (verdict.status === 'passed') passed++;
    }
    expect(passed).toBe(20);
    const held = takeFromBucket(bucket, 1, limit, nowMs);
    expect(held).toMatchObject({ status: 'limited', retryAfterMs: 100 });
    expect(takeFromBucket(bucket, 1, limit, nowMs + 100).status).toBe('passed');
  });

  it('lets a request above the burst pass when the bucket is full, and makes up for it', () => {
    const first = takeFromBucket(undefined, 50, limit, nowMs);
    expect(first.status).toBe('passed');
    expect(takeFromBucket(first.bucket, 1, limit, nowMs + 3_000)).toMatchObject({
      status: 'limited',
      retryAfterMs: 100,
    });
  });

  it('does not run backwards with the clock', () => {
    const { bucket } = takeFromBucket(undefined, 20, limit, nowMs);
    expect(takeFromBucket(bucket, 1, limit, nowMs - 60_000).status).toBe('limited');
  });

  it('has no limit at 0', () => {
    expect(takeFromBucket(undefined, 1e9, { perSecond: 0, burst: 1 }, nowMs).status).toBe('passed');
  });
});
