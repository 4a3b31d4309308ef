import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from './back-off.ts';
import { type BatchSender, classifyPublishFailure } from './batch-sender.ts';
import { failureCode } from './failure-code.ts';
import type { Log } from './log.ts';
import type { SendOutcome } from './record.ts';
import type { QueuedRecord, Submission } from './record-queue.ts';
import { warnSeldom } from './warn-seldom.ts';

/** Brings batches to Kafka, one after the other. */
export interface Delivery {
  /** Resolves when every record of the batch is acknowledged or its submission settled otherwise. */
  deliver(batch: readonly QueuedRecord[]): Promise<void>;
  health(): { failing: boolean; lastFailureCode: string | null };
}

interface DeliveryOptions {
  name: string;
  log: Log;
  settle(submission: Submission, outcome: SendOutcome): void;
  metrics?: {
    batchAcknowledged(batch: { records: number; bytes: number; durationMs: number }): void;
    batchFailed(code: string): void;
  };
}

const backOff = { firstMs: 20, maxMs: 1_000 };
const acknowledged: SendOutcome = { status: 'acknowledged' };

/**
 * Repeats a failed batch whole, in its order, as long as somebody waits for it: part of it may have been
 * written, so leaving a record out could lose it, and sinks know repeated records.
 */
export function createDelivery(sender: BatchSender, options: DeliveryOptions): Delivery {
  let failuresInARow = 0;
  let lastFailureCode: string | null = null;

  async function publish(records: readonly QueuedRecord[]): Promise<void> {
    // Without a connection nothing is written: who expires meanwhile can be told so.
    await sender.connect();
    for (const { submission } of records) submission.handed = true;
    const startedMs = performance.now();
    await sender.publish(records);
    failuresInARow = 0;
    lastFailureCode = null;
    for (const { submission } of records) {
      submission.unacknowledged -= 1;
      if (submission.unacknowledged === 0) options.settle(submission, acknowledged);
    }
    if (options.metrics !== undefined) {
      const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
      const durationMs = performance.now() - startedMs;
      options.metrics.batchAcknowledged({ records: records.length, bytes, durationMs });
    }
  }

  /** Notes a failure, waits, and says what to do. */
  async function recover(error: unknown): Promise<'too-large' | 'unauthorised' | 'again'> {
    const code = failureCode(error);
    const failure = classifyPublishFailure(error);
    failuresInARow += 1;
    lastFailureCode = code;
    options.metrics?.batchFailed(code);
    if (failure === 'too-large') return failure;
    // An unauthorised or unknown topic stays among a producer's topics and fails its metadata for all others.
    if (failure !== 'retry' || failuresInARow % 4 === 0) sender.renew();
    if (failure === 'unauthorised') return failure;
    const retryInMs = backOffMs(failuresInARow, backOff);
    const fields = { lane: options.name, code, attempt: failuresInARow, retryInMs };
    warnSeldom(options.log, `batch ${options.name} ${code}`, fields, 'batch not acknowledged');
    await sleep(retryInMs);
    return 'again';
  }

  async function deliver(batch: readonly QueuedRecord[]): Promise<void> {
    for (let waiting = batch; waiting.length > 0; waiting = unsettled(batch)) {
      try {
        return await publish(waiting);
      } catch (error) {
        const next = await recover(error);
        if (next !== 'again') return deliverSingly(waiting);
      }
    }
  }

  /** One record spoils its batch: alone, it can be told from the others. */
  async function deliverSingly(batch: readonly QueuedRecord[]): Promise<void> {
    for (const record of batch) {
      while (!record.submission.settled) {
        try {
          await publish([record]);
          break;
        } catch (error) {
          const next = await recover(error);
          if (next === 'again') continue;
          options.log.error(
            { lane: options.name, topic: record.topic, reason: next },
            'record refused by Kafka',
          );
          // With others in its submission, some of those may have been written before.
          const alone = record.submission.records === 1;
          options.settle(record.submission, { status: alone ? 'refused' : 'unknown', reason: next });
        }
      }
    }
  }

  return { deliver, health: () => ({ failing: failuresInARow > 0, lastFailureCode }) };
}

function unsettled(batch: readonly QueuedRecord[]): readonly QueuedRecord[] {
  return batch.filter((record) => !record.submission.settled);
}
