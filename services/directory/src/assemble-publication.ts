import { createLaneProducer, type KafkaSettings, type LaneProducer, publishAll } from '@chappe/kafka';
import { createOutboxRelay, type OutboxRelay, type Pool } from '@chappe/postgres';
import type { Logger } from '@chappe/service-kit';
import type { PublicationPorts } from './adapters/kafka-publish-missing.ts';
import { createReleaseStore, type ReleaseStore } from './adapters/postgres-releases.ts';
import type { DirectoryConfig } from './config.ts';
import type { DirectoryOverrides } from './directory-overrides.ts';

/** The releases, and the two ways out of the database: releases to `directory.v1`, audit entries to `audit.v1`. */
export interface AssembledPublication {
  readonly store: ReleaseStore;
  readonly producer: LaneProducer;
  readonly ports: PublicationPorts;
  readonly auditProducer: LaneProducer;
  readonly auditRelay: OutboxRelay;
}

/** Joins the store of releases to Kafka. A release must not wait behind audit entries, hence two producers. */
export function assemblePublication(
  config: DirectoryConfig,
  parts: {
    kafka: KafkaSettings;
    pool: Pool;
    overrides: DirectoryOverrides;
    signal: AbortSignal;
    log: Logger;
  },
): AssembledPublication {
  const { kafka, pool, overrides, signal, log } = parts;
  const plainStore = createReleaseStore(pool);
  const store = overrides.wrapStore?.(plainStore) ?? plainStore;
  const plainProducer = createLaneProducer(kafka, { name: 'directory', log });
  const producer = overrides.wrapProducer?.(plainProducer) ?? plainProducer;
  const auditProducer = createLaneProducer(kafka, { name: 'audit', log });
  return {
    store,
    producer,
    ports: {
      store,
      producer,
      kafka,
      groupRecords: config.PUBLISH_GROUP_RECORDS,
      retryMs: config.PUBLISH_RETRY_MS,
      topicReadTimeoutMs: config.TOPIC_READ_TIMEOUT_MS,
      readerId: `${config.INSTANCE_ID}-reader`,
      signal,
      log,
    },
    auditProducer,
    auditRelay: createOutboxRelay({ pool, log, publish: (rows) => publishAll(auditProducer, rows) }),
  };
}
