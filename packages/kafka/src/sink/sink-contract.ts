import type { LaneProducer } from '../lane-producer.ts';
import type { Log } from '../log.ts';
import type { Slice } from '../record.ts';

/** What a sink reads and how it is applied. */
export interface SinkOptions {
  /** Without prefix, as in the topic table: `router.flash`. */
  group: string;
  /** Without prefix. */
  topics: readonly string[];
  /** Makes the effect and moves the stored offset in one transaction; throws StaleOffset, PoisonRecord, PauseUntilUpgrade. */
  apply(slice: Slice): Promise<void>;
  /** The stored offset; creates it at `logStart` when there is none. */
  readOffset(topic: string, partition: number, logStart: bigint): Promise<bigint>;
  maxSliceRecords?: number;
  maxSliceBytes?: number;
  /** Per partition: above this its fetching pauses. */
  maxQueueBytes?: number;
  /** How long a fetch may wait for a record; also how long stop() may take when nothing happens. */
  maxWaitMs?: number;
  sessionTimeoutMs?: number;
  /** How often a partition that a bug has stopped tries again. */
  bugRetryMs?: number;
  /** Where dead letters go; by default a producer of the sink's own, connected at the first one. */
  deadLetters?: Pick<LaneProducer, 'send'>;
  log: Log;
  metrics?: SinkMetrics;
}

/** What a sink tells a service's metrics. */
export interface SinkMetrics {
  sliceApplied(slice: {
    topic: string;
    partition: number;
    records: number;
    durationMs: number;
    newestTimestampMs: number | null;
  }): void;
  recordDeadLettered(letter: { topic: string; partition: number; code: string }): void;
  sliceFailed(failure: { topic: string; partition: number; kind: string }): void;
  lag(partition: { topic: string; partition: number; records: number }): void;
  /** A partition stands still until somebody acts; null when it goes on, or is no longer ours. */
  partitionAlarm?(partition: {
    topic: string;
    partition: number;
    alarm: 'paused-until-upgrade' | 'stopped-by-bug' | null;
  }): void;
}

/** The state of one partition of a sink. */
export interface PartitionHealth {
  topic: string;
  partition: number;
  state: 'positioning' | 'running' | 'retrying' | 'paused-until-upgrade' | 'stopped-by-bug';
  next: string | null;
  queuedRecords: number;
  /** Records between `next` and the end of the log as last seen. */
  lag: number;
  failureCode: string | null;
}

/** The state of a sink, for readiness and for its operators. */
export interface SinkHealth {
  joined: boolean;
  failed: string | null;
  /** Why the last consumer was lost, while there is no other. */
  lastFailureCode: string | null;
  pausedUntilUpgrade: boolean;
  stoppedByBug: boolean;
  deadLetters: number;
  partitions: PartitionHealth[];
}

/** Applies the records of some topics exactly once in effect. */
export interface Sink {
  /** Resolves once this member has joined its group, however long that takes; rejects when refused or stopped. */
  start(): Promise<void>;
  /** Ends the slices under way, leaves the group. */
  stop(): Promise<void>;
  health(): SinkHealth;
  /** Called once when the sink cannot go on; the process should exit, to be started afresh. */
  onFailure(listener: (error: Error) => void): void;
}
