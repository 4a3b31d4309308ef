import type { DirectorySnapshot } from '@chappe/directory';
import {
  createLaneProducer,
  createSink,
  type KafkaSettings,
  type LaneProducerOptions,
  type ReplaySource,
  type Sink,
  type SinkMetrics,
} from '@chappe/kafka';
import { type Pool, readOffset } from '@chappe/postgres';
import { type Lane, messageTopic } from '@chappe/schemas';
import { readMessage } from './adapters/kafka-message-reader.ts';
import { createPublisher } from './adapters/kafka-publisher.ts';
import { createDecisionStore } from './adapters/postgres-decision-store.ts';
import { createForgetPending } from './adapters/postgres-waiting.ts';
import type { SliceDecision } from './domain/decide-slice.ts';
import { createRecordReplay } from './routing/replay-records.ts';
import {
  createSliceRouter,
  type DecisionStore,
  type Publisher,
  type WaitBounds,
} from './routing/route-slice.ts';

/** What a test may put around the steps of a slice. */
export interface RouterOverrides {
  readonly wrapStore?: (store: DecisionStore, lane: Lane) => DecisionStore;
  readonly wrapPublisher?: (publisher: Publisher, lane: Lane) => Publisher;
  readonly wrapReadMessage?: (read: typeof readMessage) => typeof readMessage;
  readonly nowMs?: () => number;
  /** Gives up the start, or stops. */
  readonly stopSignal?: AbortSignal;
}

/** What the lanes of one process share. */
export interface LaneParts {
  readonly kafka: KafkaSettings;
  readonly pool: Pool;
  readonly directory: () => DirectorySnapshot;
  readonly nowMs: () => number;
  readonly bounds: WaitBounds;
  readonly maxSliceRecords: number;
  readonly sessionTimeoutMs: number;
  readonly overrides: RouterOverrides;
  readonly sinkMetrics: SinkMetrics;
  readonly producerMetrics: NonNullable<LaneProducerOptions['metrics']>;
  readonly onRouted: (outcome: SliceDecision, lane: Lane) => void;
  readonly log: LaneProducerOptions['log'];
}

/** One lane: its own consumer, producer and connections, so that a flood in one does not slow another. */
export interface AssembledLane {
  readonly lane: Lane;
  readonly sink: Sink;
  readonly publisher: Publisher;
  /** Brings back what the sink gave up. */
  readonly replays: ReplaySource;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Joins the parts of a lane; nothing is connected yet. */
export function assembleLane(lane: Lane, parts: LaneParts): AssembledLane {
  const { kafka, pool, overrides, log } = parts;
  const group = `router.${lane}`;
  const store = createDecisionStore(pool);
  const producer = createLaneProducer(kafka, { name: `router.${lane}`, metrics: parts.producerMetrics, log });
  const publisher = createPublisher(lane, producer);
  const wrapped = overrides.wrapPublisher?.(publisher, lane) ?? publisher;
  const ports = {
    group,
    lane,
    readMessage: overrides.wrapReadMessage?.(readMessage) ?? readMessage,
    store: overrides.wrapStore?.(store, lane) ?? store,
    publisher: wrapped,
    directory: parts.directory,
    nowMs: parts.nowMs,
    bounds: parts.bounds,
    onRouted: parts.onRouted,
  };
  const sink = createSink(kafka, {
    group,
    topics: [messageTopic(lane)],
    maxSliceRecords: parts.maxSliceRecords,
    sessionTimeoutMs: parts.sessionTimeoutMs,
    readOffset: (topic, partition, logStart) => readOffset(pool, { group, topic, partition, logStart }),
    apply: createSliceRouter(ports),
    metrics: parts.sinkMetrics,
    log,
  });
  return {
    lane,
    sink,
    publisher: wrapped,
    replays: { group, apply: createRecordReplay({ ...ports, forgetPending: createForgetPending(pool) }) },
    async start() {
      await producer.start();
      await sink.start();
    },
    async stop() {
      await sink.stop();
      await producer.stop();
    },
  };
}
