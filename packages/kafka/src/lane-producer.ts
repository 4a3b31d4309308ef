import type { Log } from './log.ts';
import type { OutgoingRecord } from './record.ts';
import type { KafkaSettings } from './settings.ts';

/** Why records surely were not written. */
export type RefusalReason = 'queue-full' | 'stopped' | 'too-large' | 'unauthorised' | 'expired' | 'keyless';

/** The fate of one `send`: all of it acknowledged, surely none of it written, or nobody knows. */
export type SendOutcome =
  | { status: 'acknowledged' }
  | { status: 'refused'; reason: RefusalReason }
  | { status: 'unknown'; reason: string };

/** What the producer tells a service's metrics. */
export interface ProducerMetrics {
  batchAcknowledged(batch: { records: number; bytes: number; durationMs: number }): void;
  batchFailed(code: string): void;
}

/** How much a lane producer may hold, for how long. */
export interface LaneProducerOptions {
  /** For logs and health: usually the lane. */
  name: string;
  maxBatchBytes?: number;
  maxRecordBytes?: number;
  maxQueueBytes?: number;
  maxAgeMs?: number;
  requestTimeoutMs?: number;
  log: Log;
  metrics?: ProducerMetrics;
}

/** The state of a lane producer, for readiness and for its operators. */
export interface ProducerHealth {
  connected: boolean;
  failing: boolean;
  lastFailureCode: string | null;
  queuedRecords: number;
  queuedBytes: number;
}

/** Publishes records in the order of `send`, one batch in flight. */
export interface LaneProducer {
  start(): Promise<void>;
  /** Resolves with the fate of all these records together; never rejects. */
  send(records: readonly OutgoingRecord[]): Promise<SendOutcome>;
  /** Refuses new records, waits for those it holds, disconnects. */
  stop(): Promise<void>;
  health(): ProducerHealth;
}

/** Makes the producer of one lane. */
export function createLaneProducer(_settings: KafkaSettings, _options: LaneProducerOptions): LaneProducer {
  throw new Error('not implemented');
}

/** Sends and throws PublicationFailed unless all is acknowledged: for relays and routers. */
export async function publishAll(
  _producer: Pick<LaneProducer, 'send'>,
  _records: readonly OutgoingRecord[],
): Promise<void> {
  throw new Error('not implemented');
}
