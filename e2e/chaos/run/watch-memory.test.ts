import { describe, expect, it } from 'vitest';
import { keptGrowing } from './watch-memory.ts';

const life = (mbAt: (second: number) => number, seconds: number) =>
  Array.from({ length: seconds / 5 }, (_, index) => ({ atMs: index * 5_000, mb: mbAt(index * 5) }));

describe('memory that grows without bound', () => {
  it('is told from warming up, from waves and from short lives', () => {
    expect(keptGrowing(life((second) => 100 + second, 600))).toBe(true);
    expect(keptGrowing(life((second) => Math.min(300, 100 + second * 5), 600))).toBe(false);
    expect(keptGrowing(life((second) => 200 + 100 * Math.sin(second / 10), 600))).toBe(false);
    expect(keptGrowing(life((second) => 100 + 3 * second, 120))).toBe(false);
    expect(keptGrowing([])).toBe(false);
  });
});
