import { setTimeout as sleep } from 'node:timers/promises';
import { buildRelease, type DirectoryEntries, loadDemonstration } from '@chappe/directory';
import {
  createLaneProducer,
  createSink,
  type IncomingRecord,
  type KafkaSettings,
  type LaneProducer,
  provisionTopics,
  publishAll,
} from '@chappe/kafka';
import { createPool, type Pool } from '@chappe/postgres';
import {
  type Delivery,
  type DirectoryRecord,
  deliveryTopic,
  directoryTopic,
  encode,
  type Lane,
  type TopicName,
  topics,
} from '@chappe/schemas';
import { loadConfig, type RunningService } from '@chappe/service-kit';
import {
  createTestIssuer,
  type TestDatabase,
  type TestIssuer,
  type TestKafka,
  testDatabase,
  testKafka,
  testRedis,
} from '@chappe/testing';
import { mailboxSettings } from '../src/config.ts';
import type { MailboxOverrides } from '../src/mailbox-overrides.ts';
import { startMailbox } from '../src/service.ts';
import { type EventStream, openEventStream } from './event-stream.ts';

/** Real Kafka, PostgreSQL, Redis and an issuer, with the demonstration's directory published. */
export interface Harness {
  readonly issuer: TestIssuer;
  readonly kafka: TestKafka;
  readonly database: TestDatabase;
  readonly pool: Pool;
  /** Environment of one instance of the mailbox. */
  environment(change?: Record<string, string>): Promise<Record<string, string>>;
  start(change?: Record<string, string>, overrides?: MailboxOverrides): Promise<RunningService>;
  stop(service: RunningService): Promise<void>;
  deliver(deliveries: readonly Delivery[]): Promise<void>;
  /** Publishes the next release of the directory, changed as asked. */
  publishDirectory(change: (entries: DirectoryEntries) => DirectoryEntries): Promise<void>;
  token(subject: string, expiresInS?: number): Promise<string>;
  get(service: RunningService, path: string, subject?: string): Promise<{ status: number; body: unknown }>;
  stream(
    service: RunningService,
    path: string,
    options?: { subject?: string; lastEventId?: string; paused?: boolean; expiresInS?: number },
  ): Promise<EventStream>;
  /** All records of a topic, from its beginning, as its reader sees them. */
  read(topic: TopicName, atLeast: number, principal?: 'archive' | 'monitor'): Promise<IncomingRecord[]>;
  close(): Promise<void>;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Prepares one test file. */
export async function createHarness(): Promise<Harness> {
  const issuer = await createTestIssuer();
  const kafka = await testKafka({ provision: provisionTopics });
  const database = await testDatabase('mailbox');
  const redis = await testRedis();
  const pool = createPool({ url: database.url, applicationName: 'mailbox-test', log: silent });
  const running = new Set<RunningService>();
  const router = await producerOf(kafka.settings('router'));
  const directory = await producerOf(kafka.settings('directory'));
  let entries = loadDemonstration(issuer.issuer);
  let previousSha256: string | null = null;
  let release = 0;

  async function publishDirectory(change: (entries: DirectoryEntries) => DirectoryEntries): Promise<void> {
    entries = change(entries);
    release += 1;
    const records = buildRelease(entries, {
      number: release,
      previousSha256,
      proposedBy: 'person-1',
      approvedBy: 'person-2',
      publishedAtMs: Date.now(),
      demonstration: true,
    });
    previousSha256 = records.at(-1)?.manifest?.sha256 ?? null;
    await publishAll(directory, records.map(directoryRecord));
  }

  await publishDirectory((same) => same);

  async function environment(change: Record<string, string> = {}): Promise<Record<string, string>> {
    return {
      CHAPPE_PROFILE: 'demonstration',
      HTTP_PORT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      POSTGRES_URL: database.url,
      OIDC_ISSUER: issuer.issuer,
      LOG_LEVEL: process.env.MAILBOX_TEST_LOG ?? 'silent',
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
      ...kafka.environment('mailbox'),
      ...change,
    };
  }

  return {
    issuer,
    kafka,
    database,
    pool,
    environment,
    publishDirectory,
    async start(change = {}, overrides = {}) {
      const service = await startMailbox(loadConfig(mailboxSettings, await environment(change)), overrides);
      running.add(service);
      return service;
    },
    async stop(service) {
      running.delete(service);
      await service.stop();
    },
    async deliver(deliveries) {
      await publishAll(router, deliveries.map(deliveryRecord));
    },
    token: (subject, expiresInS = 300) => issuer.mint({ subject, expiresInS }),
    async get(service, path, subject = 'demo-officer-post-CI') {
      const authorization = `Bearer ${await issuer.mint({ subject })}`;
      const response = await fetch(service.url + path, { headers: { authorization } });
      return { status: response.status, body: await response.json() };
    },
    async stream(service, path, options = {}) {
      const { subject = 'demo-officer-post-CI', expiresInS = 300, lastEventId, paused = false } = options;
      const authorization = `Bearer ${await issuer.mint({ subject, expiresInS })}`;
      return openEventStream(
        service.url + path,
        { authorization, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
        { paused },
      );
    },
    read: (topic, atLeast, principal = 'archive') =>
      readTopic(kafka.settings(principal), topic, atLeast, principal),
    async close() {
      await Promise.all([...running].map((service) => service.stop()));
      await Promise.all([router.stop(), directory.stop(), pool.end(), issuer.stop()]);
      await database.drop();
    },
  };
}

async function producerOf(settings: KafkaSettings): Promise<LaneProducer> {
  const producer = createLaneProducer(settings, { name: 'test', log: silent });
  await producer.start();
  return producer;
}

function deliveryRecord(delivery: Delivery) {
  const topic = deliveryTopic(delivery.lane as Lane);
  return { topic, key: delivery.correspondent, value: encode('Delivery', delivery) };
}

function directoryRecord(record: DirectoryRecord) {
  return {
    topic: directoryTopic,
    key: `${record.release}/${record.key}`,
    value: encode('DirectoryRecord', record),
  };
}

/** Reads with a sink in the group that its principal may use; the offsets are the test's own. */
async function readTopic(
  settings: KafkaSettings,
  topic: TopicName,
  atLeast: number,
  principal: 'archive' | 'monitor',
): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  const offsets = new Map<number, bigint>();
  const sink = createSink(settings, {
    group: principal,
    topics: [topic],
    async apply(slice) {
      records.push(...slice.records);
      offsets.set(slice.partition, slice.after);
    },
    readOffset: async (_topic, partition, logStart) => offsets.get(partition) ?? logStart,
    log: silent,
  });
  await sink.start();
  const deadline = Date.now() + 20_000;
  while (records.length < atLeast && Date.now() < deadline) await sleep(50);
  // Anything beyond what was expected has the time to show itself.
  await sleep(300);
  await sink.stop();
  if (!topics.some((each) => each.name === topic)) throw new Error('not in the topic table');
  return records;
}

/** Waits until a condition holds; a test's own words say what did not happen. */
export async function eventually(
  what: string,
  condition: () => Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await sleep(50);
  }
}
