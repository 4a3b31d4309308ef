import type { Lane } from '@chappe/schemas';
import type { FindOriginal } from '../domain/compose-deliveries.ts';
import type { KnownDecision } from '../domain/thread-memory.ts';
import type { Publisher } from './route-slice.ts';

/** Decisions whose publication no offset stands for any more. */
export interface PendingPublications {
  read(lane: Lane, limit: number): Promise<PendingBatch>;
  forget(positions: readonly string[]): Promise<void>;
}

/** The oldest pending publications of a lane. */
export interface PendingBatch {
  readonly positions: readonly string[];
  readonly decisions: readonly KnownDecision[];
  readonly findOriginal: FindOriginal;
}

const batchSize = 200;

/**
 * Publishes what is pending in these lanes, whole and in order, and forgets it once that is acknowledged.
 * Two replicas may do so at once: sinks know repeated records. Answers how many were published.
 */
export async function relayPending(
  pending: PendingPublications,
  lanes: readonly { readonly lane: Lane; readonly publisher: Publisher }[],
): Promise<number> {
  let published = 0;
  for (const { lane, publisher } of lanes) {
    for (let full = true; full; ) {
      const batch = await pending.read(lane, batchSize);
      if (batch.positions.length > 0) {
        await publisher.publish(batch.decisions, batch.findOriginal);
        await pending.forget(batch.positions);
      }
      published += batch.positions.length;
      full = batch.positions.length === batchSize;
    }
  }
  return published;
}
