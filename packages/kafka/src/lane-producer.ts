import { topicNamed } from '@chappe/schemas';
import type { Producer } from 'kafkajs';
import { backOffMs, createPause } from './back-off.ts';
import { createBatchSender } from './batch-sender.ts';
import { createDelivery } from './deliver-batch.ts';
import { failureCode } from './failure-code.ts';
import { PublicationFailed } from './failures.ts';
import { isKafkaRefusal } from './kafka-refusal.ts';
import type { Log } from './log.ts';
import type { OutgoingRecord, RefusalReason, SendOutcome } from './record.ts';
import { type QueuedRecord, RecordQueue, recordBytes, type Submission } from './record-queue.ts';
import type { KafkaSettings } from './settings.ts';
import { timeBounds } from './time-bounds.ts';
import { warnSeldom } from './warn-seldom.ts';

/** What the producer tells a service's metrics. */
export interface ProducerMetrics {
  batchAcknowledged(batch: { records: number; bytes: number; durationMs: number }): void;
  batchFailed(code: string): void;
}

/** How much a lane producer may hold, for how long. */
export interface LaneProducerOptions {
  /** For logs and health: usually the lane. */
  name: string;
  /** A batch closes at this size, or when the previous one is acknowledged; below the broker's limit. */
  maxBatchBytes?: number;
  /** Waiting and in flight together. */
  maxQueueBytes?: number;
  /** After this a caller is told `expired` if nothing was sent yet, else `unknown`. */
  maxAgeMs?: number;
  /** How long a broker may take to gather all acknowledgements of one batch. */
  requestTimeoutMs?: number;
  log: Log;
  metrics?: ProducerMetrics;
  /** For tests that answer in place of the broker. */
  wrapProducer?: (producer: Producer) => Producer;
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
  /** Resolves once connected, however long that takes; rejects when the brokers refuse, or when stopped before. */
  start(): Promise<void>;
  /** Resolves with the fate of all these records together; never rejects. */
  send(records: readonly OutgoingRecord[]): Promise<SendOutcome>;
  /** Refuses new records, waits for those it holds, disconnects. */
  stop(): Promise<void>;
  health(): ProducerHealth;
}

const acknowledged: SendOutcome = { status: 'acknowledged' };
const refuse = (reason: RefusalReason): Promise<SendOutcome> =>
  Promise.resolve({ status: 'refused', reason });

const defaultMaxMessageBytes = 1024 * 1024;
/** What the broker counts beside the records themselves, generously. */
const batchOverheadBytes = 1024;

/** The broker's limit is per batch and partition; a record above it would fail a whole batch. */
function maxRecordBytes(topic: string): number {
  const limit = topicNamed(topic)?.config['max.message.bytes'];
  return (limit === undefined ? defaultMaxMessageBytes : Number(limit)) - batchOverheadBytes;
}

/**
 * Makes the producer of one lane. Sends that arrive while a batch is in flight form the next one, so a lone
 * caller waits for nobody and many callers share the round trips.
 */
export function createLaneProducer(settings: KafkaSettings, options: LaneProducerOptions): LaneProducer {
  const maxBatchBytes = options.maxBatchBytes ?? 512 * 1024;
  const maxQueueBytes = options.maxQueueBytes ?? 16 * 1024 * 1024;
  const maxAgeMs = options.maxAgeMs ?? timeBounds.callerMs;
  const queue = new RecordQueue();
  const sender = createBatchSender(settings, {
    log: options.log,
    requestTimeoutMs: Math.min(options.requestTimeoutMs ?? timeBounds.answerMs, maxAgeMs),
    wrapProducer: options.wrapProducer,
  });
  const delivery = createDelivery(sender, { settle, ...options });
  const pause = createPause();
  let inFlight: readonly QueuedRecord[] = [];
  let working = false;
  let stopping = false;
  let expiry: NodeJS.Timeout | undefined;
  let onIdle: (() => void) | undefined;

  function settle(submission: Submission, outcome: SendOutcome): void {
    if (submission.settled) return;
    submission.settled = true;
    submission.resolve(outcome);
  }

  async function work(): Promise<void> {
    for (let batch = queue.take(maxBatchBytes); batch.length > 0; batch = queue.take(maxBatchBytes)) {
      inFlight = batch;
      await delivery.deliver(batch);
      inFlight = [];
      for (const record of batch) queue.release(record);
    }
    working = false;
    onIdle?.();
  }

  /** setImmediate lets all requests that one poll of the event loop read share the first batch. */
  function wake(): void {
    if (working) return;
    working = true;
    setImmediate(work);
  }

  function expire(): void {
    expiry = undefined;
    const nowMs = Date.now();
    for (const { submission } of inFlight) expireOne(submission, nowMs);
    for (const { submission } of queue.waitingRecords()) {
      if (submission.deadlineMs > nowMs) break;
      expireOne(submission, nowMs);
    }
    if (queue.held > 0) armExpiry();
  }

  function expireOne(submission: Submission, nowMs: number): void {
    if (submission.settled || submission.deadlineMs > nowMs) return;
    if (submission.handed) settle(submission, { status: 'unknown', reason: 'timeout' });
    else settle(submission, { status: 'refused', reason: 'expired' });
  }

  /** One timer for all: it fires at a part of the bound, whatever was sent meanwhile. */
  function armExpiry(): void {
    expiry ??= setTimeout(expire, Math.max(10, Math.ceil(maxAgeMs / 20)));
  }

  function add(records: readonly OutgoingRecord[], resolve: (outcome: SendOutcome) => void): void {
    const submission: Submission = {
      records: records.length,
      unacknowledged: records.length,
      deadlineMs: Date.now() + maxAgeMs,
      handed: false,
      settled: false,
      resolve,
    };
    for (const record of records) {
      const key = typeof record.key === 'string' ? Buffer.from(record.key) : record.key;
      const message: QueuedRecord['message'] = { key, value: record.value };
      if (record.headers !== undefined) message.headers = mutable(record.headers);
      const bytes = recordBytes(record, key.length);
      queue.add({ topic: settings.topicPrefix + record.topic, message, bytes, submission });
    }
    armExpiry();
    wake();
  }

  return {
    async start() {
      for (let attempt = 1; !stopping; attempt += 1) {
        try {
          return await sender.connect();
        } catch (error) {
          if (isKafkaRefusal(error)) throw error;
          const retryInMs = backOffMs(attempt, { firstMs: 100, maxMs: 5_000 });
          const fields = { lane: options.name, code: failureCode(error), attempt, retryInMs };
          warnSeldom(options.log, `producer ${options.name}`, fields, 'producer not connected');
          await pause.wait(retryInMs);
        }
      }
      throw new PublicationFailed('stopped', true);
    },
    send(records) {
      if (stopping) return refuse('stopped');
      let bytes = 0;
      for (const record of records) {
        if (record.key.length === 0) return refuse('keyless');
        const size = recordBytes(record, record.key.length * (typeof record.key === 'string' ? 3 : 1));
        if (size > maxRecordBytes(record.topic)) return refuse('too-large');
        bytes += size;
      }
      if (records.length === 0) return Promise.resolve(acknowledged);
      if (queue.bytes + bytes > maxQueueBytes) return refuse('queue-full');
      return new Promise((resolve) => add(records, resolve));
    },
    async stop() {
      stopping = true;
      pause.end();
      if (working) {
        // Every submission is settled within maxAgeMs, which ends the loop.
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
      clearTimeout(expiry);
      await sender.disconnect();
    },
    health: () => ({
      connected: sender.connected(),
      ...delivery.health(),
      queuedRecords: queue.held,
      queuedBytes: queue.bytes,
    }),
  };
}

function mutable(
  headers: NonNullable<OutgoingRecord['headers']>,
): Record<string, string | Buffer | (string | Buffer)[]> {
  const copy: Record<string, string | Buffer | (string | Buffer)[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined)
      copy[name] = typeof value === 'string' || Buffer.isBuffer(value) ? value : [...value];
  }
  return copy;
}

/** Sends and throws PublicationFailed unless all is acknowledged: for relays and routers. */
export async function publishAll(
  producer: Pick<LaneProducer, 'send'>,
  records: readonly OutgoingRecord[],
): Promise<void> {
  const outcome = await producer.send(records);
  if (outcome.status === 'acknowledged') return;
  const permanent = outcome.reason === 'too-large' || outcome.reason === 'keyless';
  throw new PublicationFailed(outcome.reason, !permanent);
}
