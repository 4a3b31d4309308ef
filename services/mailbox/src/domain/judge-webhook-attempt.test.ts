import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeWebhookAttempt, outcomeOfStatus, retryDelayMs } from './judge-webhook-attempt.ts';

const hourMs = 3_600_000;
const bounds = { firstDelayMs: 5_000, mostDelayMs: 4 * hourMs, tryForMs: 72 * hourMs };
const failed = { outcome: 'status', httpStatus: 500, retryAfterMs: null, durationMs: 3 } as const;

describe('what follows an attempt', () => {
  it('tries with growing pauses for three days, some twenty-five times', () => {
    const pauses: number[] = [];
    for (let sinceMs = 0, failures = 1; ; failures += 1) {
      const facts = { failures, sinceFirstAttemptMs: sinceMs, tookOthers: true };
      const verdict = judgeWebhookAttempt(failed, facts, bounds, 0.5);
      if (verdict.next !== 'retry') {
        expect(verdict).toEqual({ next: 'give-up' });
        expect(sinceMs).toBeGreaterThanOrEqual(bounds.tryForMs);
        break;
      }
      pauses.push(verdict.inMs);
      sinceMs += verdict.inMs;
    }
    expect(pauses.slice(0, 9)).toEqual([
      5_000, 15_000, 45_000, 135_000, 405_000, 1_215_000, 3_645_000, 10_935_000, 14_400_000,
    ]);
    expect(pauses.length).toBeGreaterThan(20);
    expect(pauses.length).toBeLessThan(30);
  });

  it('pauses a target that took nothing, and keeps the delivery; gives up what only this one refuses', () => {
    const facts = { failures: 25, sinceFirstAttemptMs: bounds.tryForMs };
    expect(judgeWebhookAttempt(failed, { ...facts, tookOthers: false }, bounds, 0)).toEqual({
      next: 'pause',
      because: 'FAILING',
    });
    expect(judgeWebhookAttempt(failed, { ...facts, tookOthers: true }, bounds, 0)).toEqual({
      next: 'give-up',
    });
  });

  it('believes a receiver that says it is gone, at once', () => {
    const gone = { ...failed, outcome: 'gone', httpStatus: 410 } as const;
    const facts = { failures: 1, sinceFirstAttemptMs: 0, tookOthers: true };
    expect(judgeWebhookAttempt(gone, facts, bounds, 0)).toEqual({ next: 'pause', because: 'GONE' });
  });

  it('waits as long as a receiver asks, within the bound, and never longer than the bound and its spread', () => {
    expect(retryDelayMs(1, 60_000, bounds, 0.5)).toBe(60_000);
    expect(retryDelayMs(1, 1_000, bounds, 0.5)).toBe(5_000);
    expect(retryDelayMs(1, 1e12, bounds, 0.5)).toBe(bounds.mostDelayMs);
    const inputs = [fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true })] as const;
    fc.assert(
      fc.property(...inputs, (failures, random) => {
        const delayMs = retryDelayMs(failures, null, bounds, random);
        expect(delayMs).toBeGreaterThanOrEqual(4_000);
        expect(delayMs).toBeLessThanOrEqual(bounds.mostDelayMs * 1.2);
      }),
    );
  });

  it('takes 2xx alone for delivered', () => {
    const means = [200, 202, 204, 301, 308, 400, 410, 429, 500].map(outcomeOfStatus);
    expect(means).toEqual([
      ...['delivered', 'delivered', 'delivered', 'redirect', 'redirect'],
      ...['status', 'gone', 'status', 'status'],
    ]);
  });
});
