import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTransient, parseRetryAfter, retryDelayMs } from './retry-policy.ts';
import { uuidV7 } from './uuid-v7.ts';

const policy = { baseDelayMs: 100, maxDelayMs: 5_000 };

describe('the pause before a retry', () => {
  it('is never longer than its bound, whatever the server and chance say', () => {
    const any = fc.record({
      attempt: fc.integer({ min: 1, max: 10_000 }),
      after: fc.option(fc.nat(), { nil: undefined }),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(any, ({ attempt, after, random }) => {
        const delayMs = retryDelayMs(policy, attempt, after, random);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(policy.maxDelayMs);
      }),
    );
  });

  it('doubles, and spreads over the upper half', () => {
    expect([1, 2, 3, 4].map((attempt) => retryDelayMs(policy, attempt, undefined, 0))).toEqual([
      50, 100, 200, 400,
    ]);
    expect(retryDelayMs(policy, 3, undefined, 0.5)).toBe(300);
  });

  it('is at least what the server asked for, and spread after it', () => {
    expect(retryDelayMs(policy, 1, 2_000, 0)).toBe(2_000);
    expect(retryDelayMs(policy, 1, 2_000, 0.5)).toBe(2_050);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 23 Nov 2026 14:00:10 GMT', 10_000],
    ['Mon, 23 Nov 2026 13:00:00 GMT', 0],
    ['soon', undefined],
    [null, undefined],
  ])('reads %s', (header, expected) => {
    expect(parseRetryAfter(header, Date.parse('2026-11-23T14:00:00Z'))).toBe(expected);
  });
});

describe('which answers are worth repeating', () => {
  it('takes overload and outage for passing, and what the request itself caused for final', () => {
    expect([408, 429, 500, 502, 503, 504].every(isTransient)).toBe(true);
    expect([400, 401, 403, 404, 409, 413, 415, 422].some(isTransient)).toBe(false);
  });
});

describe('a UUIDv7', () => {
  it('carries its time and its version, and sorts by time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (atMs) => {
        const id = uuidV7(atMs);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(atMs);
      }),
    );
    expect(new Set(Array.from({ length: 1_000 }, () => uuidV7(5))).size).toBe(1_000);
  });
});
