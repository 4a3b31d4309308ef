/** The middle of some figures; the mean of the two middle ones when their number is even. */
export function median(figures: readonly number[]): number {
  if (figures.length === 0) throw new Error('no figures');
  const sorted = figures.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** The order in which two sides are measured: ABBA, so that a drift of the machine favours neither. */
export function interleaved(pairs: number): readonly ('ours' | 'floor')[] {
  return Array.from({ length: pairs }, (_, pair) =>
    pair % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const),
  ).flat();
}
