import type { Evidence } from '../evidence/evidence.ts';
import type { ChaosEvent } from '../history/chaos-event.ts';
import { checkAcknowledged } from './check-acknowledged.ts';
import { checkInboxes } from './check-inboxes.ts';
import { checkOrder } from './check-order.ts';
import { checkReaders } from './check-readers.ts';
import { checkRecalls } from './check-recalls.ts';
import { checkReceipts } from './check-receipts.ts';
import { checkUnacknowledged } from './check-unacknowledged.ts';
import { collectRun } from './collect-run.ts';
import { indexInboxes } from './index-inboxes.ts';
import type { Violation } from './violation.ts';

/**
 * Every promise that the events and the evidence show to be broken; none when the run held them all. Judged
 * from what clients saw alone: `events` is iterated several times and never held as a whole.
 */
export function checkInvariants(events: Iterable<ChaosEvent>, evidence: Evidence): Violation[] {
  const run = collectRun(events, evidence);
  const inboxes = indexInboxes(evidence);
  return [
    ...checkAcknowledged(run, evidence, inboxes),
    ...checkInboxes(run, evidence, inboxes),
    ...checkOrder(run, inboxes),
    ...checkUnacknowledged(run),
    ...checkRecalls(run, evidence, inboxes),
    ...checkReaders(events, evidence),
    ...checkReceipts(events, evidence, inboxes),
  ];
}
