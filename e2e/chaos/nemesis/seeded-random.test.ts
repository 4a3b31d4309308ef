import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.ts';

const draw = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('a seeded generator', () => {
  it('repeats its numbers on every machine', () => {
    expect(draw(42, 3).map((value) => value.toFixed(6))).toEqual(['0.686569', '0.276821', '0.276059']);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(draw(seed, 20)).toEqual(draw(seed, 20));
      }),
    );
  });

  it('draws whole numbers below their bound, all of them', () => {
    const random = seededRandom(1);
    const seen = new Set(Array.from({ length: 1_000 }, () => random.integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(() => random.integer(0)).toThrow(RangeError);
    expect(() => random.pick([])).toThrow(RangeError);
  });

  it('is spread evenly', () => {
    const mean = draw(9, 20_000).reduce((sum, value) => sum + value, 0) / 20_000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
  });

  it('forks by label alone, whatever was drawn before', () => {
    const one = seededRandom(5);
    const other = seededRandom(5);
    other.next();
    expect(one.fork('a').next()).toBe(other.fork('a').next());
    expect(one.fork('a').next()).not.toBe(one.fork('b').next());
    expect(one.fork('a').next()).not.toBe(seededRandom(6).fork('a').next());
  });
});
