import type { Message, Producer } from 'kafkajs';
import { answeringFirst } from './answering-first.ts';
import { disconnectQuietly } from './disconnect-quietly.ts';
import { failureCode } from './failure-code.ts';
import type { Log } from './log.ts';
import { clientRetry, openClient } from './open-client.ts';
import { createPartitionLedger } from './partition-ledger.ts';
import type { QueuedRecord } from './record-queue.ts';
import type { KafkaSettings } from './settings.ts';
import { timeBounds } from './time-bounds.ts';

/** Sends one batch at a time through a producer that it replaces when that one is of no use any more. */
export interface BatchSender {
  connect(): Promise<void>;
  /** Resolves when the answer covers every partition sent; otherwise rejects, and nobody knows what was written. */
  publish(records: readonly QueuedRecord[]): Promise<void>;
  /** Drops the producer: the next batch connects a new one. */
  renew(): void;
  disconnect(): Promise<void>;
  connected(): boolean;
}

/** How a sender is made; `wrapProducer` is for tests that answer in place of the broker. */
export interface BatchSenderOptions {
  log: Log;
  requestTimeoutMs: number;
  wrapProducer?: ((producer: Producer) => Producer) | undefined;
}

/**
 * No idempotence and no retries inside kafkajs: on a retry it skips brokers that answered before, and an
 * idempotent producer rolls its sequence back; either can lose what it acknowledges.
 */
export function createBatchSender(settings: KafkaSettings, options: BatchSenderOptions): BatchSender {
  const ledger = createPartitionLedger();
  let current: Promise<Producer> | undefined;
  let connected = false;

  async function open(): Promise<Producer> {
    const kafka = openClient(await answeringFirst(settings, options.log), {
      log: options.log,
      requestTimeoutMs: options.requestTimeoutMs + timeBounds.answerGraceMs,
      // Who sends repeats by itself, and knows for how long somebody waits.
      retry: { retries: 0 },
    });
    const plain = kafka.producer({
      createPartitioner: ledger.createPartitioner,
      idempotent: false,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      retry: { ...clientRetry, retries: 0 },
    });
    const producer = options.wrapProducer?.(plain) ?? plain;
    await producer.connect();
    connected = true;
    return producer;
  }

  async function producer(): Promise<Producer> {
    current ??= open();
    try {
      return await current;
    } catch (error) {
      current = undefined;
      throw error;
    }
  }

  function renew(): void {
    const old = current;
    current = undefined;
    connected = false;
    // A disconnect may wait for requests that never end; nothing depends on it.
    if (old !== undefined) void disconnectQuietly(old, options.log);
  }

  return {
    async connect() {
      await producer();
    },
    async publish(records) {
      const opened = await producer();
      ledger.open();
      const answer = await opened.sendBatch({
        acks: -1,
        timeout: options.requestTimeoutMs,
        topicMessages: byTopic(records),
      });
      ledger.settle(answer, records.length);
    },
    renew,
    async disconnect() {
      const old = current;
      current = undefined;
      connected = false;
      if (old !== undefined) await disconnectQuietly(old, options.log);
    },
    connected: () => connected,
  };
}

function byTopic(records: readonly QueuedRecord[]): { topic: string; messages: Message[] }[] {
  const messagesOf = new Map<string, Message[]>();
  for (const { topic, message } of records) {
    const messages = messagesOf.get(topic);
    if (messages === undefined) messagesOf.set(topic, [message]);
    else messages.push(message);
  }
  return Array.from(messagesOf, ([topic, messages]) => ({ topic, messages }));
}

/** What an error of `publish` asks for. */
export type PublishFailure = 'too-large' | 'unauthorised' | 'renew' | 'retry';

const failures: Readonly<Record<string, PublishFailure>> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  TOPIC_AUTHORIZATION_FAILED: 'unauthorised',
  CLUSTER_AUTHORIZATION_FAILED: 'unauthorised',
  // These poison the metadata of a producer for good, or leave it on a connection that answers no more.
  UNKNOWN_TOPIC_OR_PARTITION: 'renew',
  INVALID_TOPIC_EXCEPTION: 'renew',
  KafkaJSMetadataNotLoaded: 'renew',
  KafkaJSTopicMetadataNotLoaded: 'renew',
  KafkaJSRequestTimeoutError: 'renew',
  KafkaJSLockTimeout: 'renew',
  KafkaJSBrokerNotFound: 'renew',
  KafkaJSError: 'renew',
  KafkaJSNonRetriableError: 'renew',
};

/** Classifies an error of `publish`; what is not known is tried again. */
export function classifyPublishFailure(error: unknown): PublishFailure {
  return failures[failureCode(error)] ?? 'retry';
}
