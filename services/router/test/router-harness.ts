import { setTimeout as sleep } from 'node:timers/promises';
import { loadDemonstration } from '@chappe/directory';
import {
  createLaneProducer,
  createSink,
  type IncomingRecord,
  type KafkaSettings,
  type LaneProducer,
  type OutgoingRecord,
  provisionTopics,
  publishAll,
  type Sink,
} from '@chappe/kafka';
import { createPool, type Pool } from '@chappe/postgres';
import {
  type Decision,
  type Delivery,
  decisionTopic,
  decode,
  deliveryTopic,
  directoryTopic,
  encode,
  laneOf,
  lanes,
  type Message,
  messageTopic,
  type RecordByName,
} from '@chappe/schemas';
import { loadConfig, type RunningService } from '@chappe/service-kit';
import { createTestIssuer, type TestIssuer, testDatabase, testKafka } from '@chappe/testing';
import type { RouterOverrides } from '../src/assemble-lane.ts';
import { routerSettings } from '../src/config.ts';
import { startRouter } from '../src/service.ts';
import { givenRelease } from './given.ts';

/** Real Kafka and PostgreSQL, the demonstration's directory, and everything that routers publish. */
export interface RouterHarness {
  readonly issuer: TestIssuer;
  readonly pool: Pool;
  /** Deliveries and decisions in the order in which they were published, repetitions included. */
  readonly deliveries: Delivery[];
  readonly decisions: Decision[];
  readonly deadLetters: IncomingRecord[];
  environment(change?: Record<string, string>): Record<string, string>;
  start(change?: Record<string, string>, overrides?: RouterOverrides): Promise<RunningService>;
  stop(service: RunningService): Promise<void>;
  /** Publishes messages as ingest does. */
  post(...messages: Message[]): Promise<void>;
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  /** The first decision published on a copy of a message. */
  decided(message: Message): Promise<Decision>;
  deliveriesOf(message: Pick<Message, 'messageId'>): Delivery[];
  close(): Promise<void>;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Prepares one test file. */
export async function createHarness(): Promise<RouterHarness> {
  const issuer = await createTestIssuer();
  const kafka = await testKafka({ provision: provisionTopics });
  const database = await testDatabase('router');
  const pool = createPool({ url: database.url, applicationName: 'router-test', log: silent });
  const ingest = await producerOf(kafka.settings('ingest'));
  const directory = await producerOf(kafka.settings('directory'));
  const running = new Set<RunningService>();
  await publishAll(
    directory,
    givenRelease(loadDemonstration(issuer.issuer)).map((record) => ({
      topic: directoryTopic,
      key: `${record.release}/${record.key}`,
      value: encode('DirectoryRecord', record),
    })),
  );

  const deliveries: Delivery[] = [];
  const decisions: Decision[] = [];
  const deadLetters: IncomingRecord[] = [];
  const deadLetterTopics = lanes.map((lane) => `router.${lane}.dlq.v1`);
  const watchers = [
    ...lanes.map((lane) =>
      watch(kafka.settings('mailbox'), `mailbox.${lane}`, [deliveryTopic(lane)], (record) =>
        deliveries.push(read('Delivery', record)),
      ),
    ),
    watch(kafka.settings('monitor'), 'monitor', [decisionTopic, ...deadLetterTopics], (record) =>
      record.topic === decisionTopic ? decisions.push(read('Decision', record)) : deadLetters.push(record),
    ),
  ];
  await Promise.all(watchers.map((watcher) => watcher.start()));

  const environment = (change: Record<string, string> = {}): Record<string, string> => ({
    CHAPPE_PROFILE: 'demonstration',
    HTTP_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:1',
    POSTGRES_URL: database.url,
    OIDC_ISSUER: issuer.issuer,
    LOG_LEVEL: process.env.ROUTER_TEST_LOG ?? 'silent',
    SINK_SESSION_TIMEOUT_MS: '6000',
    ...kafka.environment('router'),
    ...change,
  });

  return {
    issuer,
    pool,
    deliveries,
    decisions,
    deadLetters,
    environment,
    async start(change = {}, overrides = {}) {
      const service = await startRouter(loadConfig(routerSettings, environment(change)), overrides);
      running.add(service);
      return service;
    },
    async stop(service) {
      running.delete(service);
      await service.stop();
    },
    async post(...messages) {
      await publishAll(ingest, messages.map(messageRecord));
    },
    publish: (records) => publishAll(ingest, records),
    async decided(message) {
      const find = () =>
        decisions.find(
          (each) => each.messageId === message.messageId && each.requestDigest === message.requestDigest,
        );
      await eventually(
        `a decision on ${message.kind} of ${message.sender.correspondent}`,
        async () => !!find(),
      );
      const found = find();
      if (found === undefined) throw new Error('not decided');
      return found;
    },
    deliveriesOf: ({ messageId }) => deliveries.filter((each) => each.messageId === messageId),
    async close() {
      await Promise.all([...running].map((service) => service.stop()));
      await Promise.all([...watchers.map((each) => each.stop()), ingest.stop(), directory.stop()]);
      await Promise.all([pool.end(), issuer.stop()]);
      await database.drop();
    },
  };
}

/** A message as ingest publishes it. */
export function messageRecord(message: Message): OutgoingRecord {
  return {
    topic: messageTopic(laneOf(message.urgency)),
    key: message.threadId,
    value: encode('Message', message),
  };
}

/** Waits until a condition holds; a test's own words say what did not happen. */
export async function eventually(
  what: string,
  condition: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await sleep(20);
  }
}

async function producerOf(settings: KafkaSettings): Promise<LaneProducer> {
  const producer = createLaneProducer(settings, { name: 'test', log: silent });
  await producer.start();
  return producer;
}

/** Reads topics from their beginning and keeps the place in memory. */
function watch(
  settings: KafkaSettings,
  group: string,
  topics: readonly string[],
  onRecord: (record: IncomingRecord) => void,
): Sink {
  const offsets = new Map<string, bigint>();
  return createSink(settings, {
    group,
    topics,
    async apply({ topic, partition, records, after }) {
      records.forEach(onRecord);
      offsets.set(`${topic}/${partition}`, after);
    },
    readOffset: async (topic, partition, logStart) => offsets.get(`${topic}/${partition}`) ?? logStart,
    log: silent,
  });
}

function read<N extends 'Delivery' | 'Decision'>(name: N, record: IncomingRecord): RecordByName[N] {
  const result = decode(name, record.value);
  if (result.status !== 'decoded') throw new Error(`a published ${name} cannot be read`);
  return result.value;
}
