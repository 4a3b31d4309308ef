import type { DirectorySnapshot } from '@chappe/directory';
import type { Slice } from '@chappe/kafka';
import type { Lane } from '@chappe/schemas';
import { readMessage } from './adapters/kafka-message-reader.ts';
import { createPublisher } from './adapters/kafka-publisher.ts';
import { noRecords } from './domain/thread-memory.ts';
import { createSliceRouter } from './routing/route-slice.ts';

/**
 * Routes slices from the bytes of their messages to those of deliveries and decisions, as a lane does, but knows of no
 * thread and hands the bytes to nobody: what deciding costs by itself.
 */
export function assembleDecisions(
  lane: Lane,
  directory: DirectorySnapshot,
  nowMs: () => number,
): (slice: Slice) => Promise<void> {
  return createSliceRouter({
    group: `decisions.${lane}`,
    lane,
    readMessage,
    store: { decide: async (_scope, decide) => decide(noRecords), advance: async () => {} },
    publisher: createPublisher(lane, { send: async () => ({ status: 'acknowledged' }) }),
    directory: () => directory,
    nowMs,
    bounds: { referenceWaitMs: 60_000, maxHeldPerSender: 100 },
  });
}
