import type { DirectorySnapshot } from '@chappe/directory';
import type { IncomingRecord, Slice } from '@chappe/kafka';
import type { OffsetKey } from '@chappe/postgres';
import type { Lane } from '@chappe/schemas';
import type { FindOriginal } from '../domain/compose-deliveries.ts';
import type { RoutingContext } from '../domain/decide-message.ts';
import { decideSlice, type SliceDecision } from '../domain/decide-slice.ts';
import type { Arrival, KnownDecision, ThreadRecords } from '../domain/thread-memory.ts';
import { scopeOf, type ThreadScope } from '../domain/thread-scope.ts';

/** Where decisions are recorded. */
export interface DecisionStore {
  /** In one transaction: locks the scope, reads it, lets `decide` decide, records the outcome. */
  decide(scope: ThreadScope, decide: (records: ThreadRecords) => SliceDecision): Promise<SliceDecision>;
  /** After the publication: moves the stored offset, and forgets that these decisions were pending. */
  advance(
    move: OffsetKey & { first: bigint; after: bigint },
    published: readonly KnownDecision[],
  ): Promise<void>;
}

/** Publishes decisions whole: every delivery, then the decision. Resolves once all is acknowledged. */
export interface Publisher {
  publish(decisions: readonly KnownDecision[], findOriginal: FindOriginal): Promise<void>;
}

/** How long and how many messages may wait for a reference. */
export type WaitBounds = Pick<RoutingContext, 'referenceWaitMs' | 'maxHeldPerSender'>;

/** What routing a slice needs. */
export interface RouteSlicePorts {
  readonly group: string;
  readonly lane: Lane;
  readonly readMessage: (record: IncomingRecord, lane: Lane) => Arrival;
  readonly store: DecisionStore;
  readonly publisher: Publisher;
  /** The release in force; throws a transient error while there is none, and the slice waits. */
  readonly directory: () => DirectorySnapshot;
  readonly nowMs: () => number;
  readonly bounds: WaitBounds;
  /** Told what became of each slice, for the metrics and the relay. */
  readonly onRouted?: (outcome: SliceDecision, lane: Lane) => void;
}

/**
 * Routes the slices of a lane: decide and record, publish, advance. Each step is durable before the next;
 * whatever stops in between is mended by reading the slice again.
 */
export function createSliceRouter(ports: RouteSlicePorts): (slice: Slice) => Promise<void> {
  const { group, lane, store, publisher, bounds } = ports;
  return async ({ topic, partition, records, first, after }) => {
    const move = { group, topic, partition, first, after };
    const arrivals = records.map((record) => ports.readMessage(record, lane));
    if (arrivals.length === 0) return await store.advance(move, []);
    const context = { directory: ports.directory(), nowMs: ports.nowMs(), ...bounds };
    const outcome = await store.decide(scopeOf(arrivals), (known) => decideSlice(arrivals, known, context));
    await publisher.publish(outcome.publish, outcome.findOriginal);
    await store.advance(move, outcome.owed);
    ports.onRouted?.(outcome, lane);
  };
}
