import type { KafkaSettings, LaneProducer } from '@chappe/kafka';
import type { Logger } from '@chappe/service-kit';
import { firstMissing, planPublication } from '../domain/plan-publication.ts';
import { createReleasePublisher } from './kafka-publish-release.ts';
import { readDirectoryTopic } from './kafka-read-topic.ts';
import type { ReleaseStore } from './postgres-releases.ts';

/** What publishing needs. */
export interface PublicationPorts {
  readonly store: ReleaseStore;
  readonly producer: Pick<LaneProducer, 'send'>;
  readonly kafka: KafkaSettings;
  readonly groupRecords: number;
  readonly retryMs: number;
  readonly topicReadTimeoutMs: number;
  readonly readerId: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Compares store and topic, once, at the start, and publishes what the topic does not hold. A topic that knows
 * something else ends the service: publishing on would split the chain.
 */
export async function publishMissing(ports: PublicationPorts): Promise<void> {
  const { store, signal, log } = ports;
  await store.whileAlone(async () => {
    const stored = await store.list();
    const topic = await readDirectoryTopic(ports.kafka, {
      readerId: ports.readerId,
      timeoutMs: ports.topicReadTimeoutMs,
      log,
    });
    const next = firstMissing(stored, topic);
    const plan = planPublication(stored, topic, next === undefined ? new Map() : await store.forms(next));
    if (plan.status === 'contradiction') {
      throw new Error(
        `Kafka does not hold the releases of the store (${plan.reason}): restore the store first`,
      );
    }
    const publish = createReleasePublisher(ports.producer, ports);
    for (const number of plan.numbers) {
      const records = await store.records(number);
      const missing = number === next ? records.filter(({ key }) => !plan.held.has(key)) : records;
      await publish(number, missing, signal);
      await store.markAcknowledged(number);
    }
  }, signal);
}

/**
 * Publishes the releases that are not known to be in Kafka, in order. What another instance, or this one before
 * a crash, has published already is published again without effect.
 */
export async function publishUnacknowledged(ports: PublicationPorts): Promise<void> {
  const { store, signal } = ports;
  if ((await store.unacknowledged()).length === 0) return;
  await store.whileAlone(async () => {
    const publish = createReleasePublisher(ports.producer, ports);
    for (const number of await store.unacknowledged()) {
      await publish(number, await store.records(number), signal);
      await store.markAcknowledged(number);
    }
  }, signal);
}
