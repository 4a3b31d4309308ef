import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRange } from './choose-range.ts';

const file = { sizeBytes: 1_000, tag: '"a"' };
const part = (first: number, last: number) => ({ status: 'part', first, last });
const whole = { status: 'whole' };
const unsatisfiable = { status: 'unsatisfiable' };

describe('a Range', () => {
  it.each([
    [undefined, whole],
    ['bytes=0-0', part(0, 0)],
    ['bytes=10-', part(10, 999)],
    ['bytes=10-5000', part(10, 999)],
    ['bytes=-1', part(999, 999)],
    ['bytes=-5000', part(0, 999)],
    ['Bytes=7-8', part(7, 8)],
    ['bytes=1000-', unsatisfiable],
    ['bytes=2000-3000', unsatisfiable],
    ['bytes=0-1,5-6', whole],
    ['bytes', whole],
    ['lines=0-1', whole],
    ['', whole],
  ])('%j asks for %j', (range, expected) => {
    expect(chooseRange(range === undefined ? {} : { range }, file)).toEqual(expected);
  });

  it('counts only where the reader has the beginning of this file', () => {
    expect(chooseRange({ range: 'bytes=5-', 'if-range': '"a"' }, file)).toEqual(part(5, 999));
    for (const other of ['"b"', 'W/"a"', 'a', 'Wed, 21 Oct 2015 07:28:00 GMT']) {
      expect(chooseRange({ range: 'bytes=5-', 'if-range': other }, file)).toEqual(whole);
    }
  });

  it('never leads outside the file, whatever is asked', () => {
    const size = fc.integer({ min: 0, max: 50 });
    const header = fc.oneof(
      fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => `bytes=${a}-${b}`),
      fc.nat(60).map((a) => `bytes=${a}-`),
      fc.nat(60).map((a) => `bytes=-${a}`),
      fc.string().map((text) => `bytes=${text}`),
    );
    fc.assert(
      fc.property(size, header, (sizeBytes, range) => {
        const chosen = chooseRange({ range }, { sizeBytes, tag: '"a"' });
        if (chosen.status !== 'part') return;
        expect(chosen.first).toBeGreaterThanOrEqual(0);
        expect(chosen.last).toBeGreaterThanOrEqual(chosen.first);
        expect(chosen.last).toBeLessThan(sizeBytes);
      }),
      { numRuns: 2_000 },
    );
  });
});
