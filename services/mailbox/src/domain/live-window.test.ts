import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LiveWindow } from './live-window.ts';

const item = (number: number, sizeBytes = 1) => ({ number, sizeBytes });
const range = (first: number, last: number) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => item(first + index));

describe('live window', () => {
  test('takes what follows, knows what it has, and says where a gap begins', () => {
    const window = new LiveWindow(4, { maxItems: 10, maxBytes: 100 });
    expect(window.offer(range(5, 6)).status).toBe('appended');
    expect(window.offer(range(5, 6))).toEqual({ status: 'known' });
    expect(window.offer(range(8, 9))).toEqual({ status: 'gap', after: 6 });
    expect(window.head).toBe(6);
    expect(window.offer(range(6, 9))).toEqual({ status: 'appended', items: range(7, 9) });
    expect(window.head).toBe(9);
  });

  test('a hole inside a batch is a gap, and nothing of it is taken', () => {
    const window = new LiveWindow(0, { maxItems: 10, maxBytes: 100 });
    expect(window.offer([item(1), item(3)])).toEqual({ status: 'gap', after: 0 });
    expect(window.after(0)).toEqual([]);
  });

  test('forgets the oldest by count and by size, and covers only what it still has', () => {
    const window = new LiveWindow(0, { maxItems: 3, maxBytes: 10 });
    window.offer(range(1, 5));
    expect(window.covers(1)).toBe(false);
    expect(window.covers(2)).toBe(true);
    window.offer([item(6, 9)]);
    expect(window.covers(3)).toBe(false);
    expect(window.after(4)).toEqual([item(5), item(6, 9)]);
    window.offer([item(7, 11)]);
    expect(window.covers(6)).toBe(false);
    expect(window.covers(7)).toBe(true);
  });

  test('a reader ahead of the head is covered: what it has is not sent again', () => {
    const window = new LiveWindow(3, { maxItems: 3, maxBytes: 10 });
    expect(window.covers(5)).toBe(true);
    expect(window.after(5)).toEqual([]);
  });

  test('whatever is offered in whatever order, `after` is exactly what a covered reader misses', () => {
    const batches = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 8 })));
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 60 }),
        (offers, maxItems, at) => {
          const window = new LiveWindow(0, { maxItems, maxBytes: 1_000 });
          for (const [first, length] of offers) window.offer(range(first, first + length - 1));
          if (!window.covers(at)) return;
          expect(window.after(at)).toEqual(range(at + 1, window.head));
        },
      ),
    );
  });
});
