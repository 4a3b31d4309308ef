import type { Lane } from '@chappe/schemas';
import type { Metrics } from '@chappe/service-kit';
import type { SliceDecision } from '../domain/decide-slice.ts';

/** Counts what becomes of messages; never what they say. */
export function createRoutingMetrics(
  metrics: Metrics,
): (outcome: SliceDecision, lane: Lane | 'swept') => void {
  const fates = metrics.counter('chappe_router_messages_total', 'Messages by what became of them', [
    'lane',
    'fate',
  ]);
  const refusals = metrics.counter('chappe_router_refusals_total', 'Messages refused, by cause', [
    'lane',
    'code',
  ]);
  const released = metrics.counter('chappe_router_released_total', 'Messages that waited and were decided', [
    'lane',
  ]);
  return (outcome, lane) => {
    for (const { fate } of outcome.fates) fates.inc({ lane, fate });
    if (outcome.released.length > 0) released.inc({ lane }, outcome.released.length);
    for (const { decision } of outcome.recorded) {
      if (decision.refusalCode !== null) refusals.inc({ lane, code: decision.refusalCode });
    }
  };
}
