import type { Sink } from './sink-contract.ts';

/**
 * How sinks are, in the words of readiness: unavailable while one of them has no consumer, degraded while a
 * partition stands still until somebody acts.
 */
export function sinkState(sinks: readonly Pick<Sink, 'health'>[]): {
  state: 'ready' | 'degraded' | 'unavailable';
} {
  const all = sinks.map((sink) => sink.health());
  if (all.some(({ joined, failed }) => !joined || failed !== null)) return { state: 'unavailable' };
  const standing = all.some(({ pausedUntilUpgrade, stoppedByBug }) => pausedUntilUpgrade || stoppedByBug);
  return { state: standing ? 'degraded' : 'ready' };
}
