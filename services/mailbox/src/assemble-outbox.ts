import { createLaneProducer, type KafkaSettings } from '@chappe/kafka';
import { createOutboxRelay, type Pool } from '@chappe/postgres';
import type { Logger } from '@chappe/service-kit';
import { createOutboxPublisher } from './adapters/kafka-outbox.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';

/** What leaves for Kafka, in the order in which it was committed. */
export interface AssembledOutbox {
  /** Something waits. */
  nudge(): void;
  failing(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Joins the outbox to its producer. */
export function assembleOutbox(
  kafka: KafkaSettings,
  parts: { pool: Pool; overrides: MailboxOverrides; log: Logger },
): AssembledOutbox {
  const { pool, overrides, log } = parts;
  const plainProducer = createLaneProducer(kafka, { name: 'outbox', log });
  const producer = overrides.wrapOutboxProducer?.(plainProducer) ?? plainProducer;
  const relay = createOutboxRelay({ pool, publish: createOutboxPublisher(producer), log });
  return {
    nudge: relay.nudge,
    failing: () => relay.health().failing,
    async start() {
      await producer.start();
      relay.start();
    },
    async stop() {
      try {
        await relay.stop();
      } finally {
        await producer.stop();
      }
    },
  };
}
