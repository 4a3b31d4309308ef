import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnKafka } from '@chappe/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  checkTopics,
  createLaneProducer,
  createSink,
  type DirectoryReplica,
  directoryState,
  type LaneProducer,
  openDirectoryReplica,
  type Sink,
  sinkState,
} from '../src/index.ts';
import { publishDirectory, startBrokers, startSender } from './outage-scene.ts';
import { readTopic, recordingLog, until } from './read-topic.ts';
import { openSinkStore, type SinkStore } from './sink-store.ts';

// The consumers of this package once ended their processes some four seconds after the brokers went away,
// because kafkajs gives up on errors that it has wrapped, and nothing could start while Kafka was down.
const group = 'mailbox.flash';
const topic = 'delivery.flash.v1';
const awayMs = 20_000;
let kafka: OwnKafka;
let store: SinkStore;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  kafka = await startBrokers();
  await publishDirectory(kafka);
  store = await openSinkStore(group);
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(async () => {
  await store?.close();
  await kafka?.stop();
});

function openSink(failures: Error[]): Sink {
  const sink = createSink(kafka.settings('mailbox'), {
    group,
    topics: [topic],
    apply: (slice) => store.apply(slice),
    readOffset: store.readOffset,
    maxWaitMs: 100,
    log: recordingLog(),
  });
  sink.onFailure((error) => failures.push(error));
  closing.push(() => sink.stop());
  return sink;
}

function openProducer(): LaneProducer {
  const producer = createLaneProducer(kafka.settings('router'), {
    name: 'flash',
    maxAgeMs: 2_000,
    log: recordingLog(),
  });
  closing.push(() => producer.stop());
  return producer;
}

async function openReplica(failures: Error[], signal?: AbortSignal): Promise<DirectoryReplica> {
  const replica = await openDirectoryReplica(kafka.settings('archive'), {
    service: 'archive',
    instanceId: 'a',
    maxWaitMs: 100,
    onFailure: (error) => failures.push(error),
    ...(signal === undefined ? {} : { signal }),
    log: recordingLog(),
  });
  closing.push(() => replica.close());
  return replica;
}

const send = (producer: LaneProducer) => (key: string, text: string) =>
  producer.send([{ topic, key, value: Buffer.from(text) }]);

it('a sink, a replica and a producer go on after twenty seconds without a broker', async () => {
  const failures: Error[] = [];
  const producer = openProducer();
  const sink = openSink(failures);
  await producer.start();
  await sink.start();
  const replica = await openReplica(failures);
  const sender = startSender(send(producer), { mark: 'away', callers: 3, everyMs: 20 });
  closing.push(() => sender.stop());
  await until('some are applied', async () => (await store.applied()).length > 30);

  await kafka.cluster.kill(1);
  await sleep(awayMs);
  expect(failures).toEqual([]);
  expect(sink.health()).toMatchObject({ joined: false, failed: null });
  expect(sink.health().lastFailureCode).not.toBeNull();
  expect(replica.health()).toMatchObject({ ready: true, following: false });
  expect([directoryState(replica), sinkState([sink])]).toEqual([
    { state: 'degraded' },
    { state: 'unavailable' },
  ]);
  expect(producer.health().failing).toBe(true);
  await kafka.cluster.restart(1);

  const before = sender.acknowledged.length;
  await until('acknowledgements come again', () => sender.acknowledged.length > before + 30, 60_000);
  await sender.stop();
  // A caller is told after its bound, whatever the brokers do.
  expect(sender.longestMs()).toBeLessThan(2_000 + 1_000);
  const joined = () => sink.health().joined && replica.health().following;
  await until('the sink and the replica have joined again', joined, 60_000);
  const logged = (await readTopic(kafka.admin, topic)).map(({ value }) => value.toString());
  expect(sender.acknowledged.filter((text) => !logged.includes(text))).toEqual([]);
  await until(
    'all of the log is applied',
    async () => (await store.applied()).length >= logged.length,
    60_000,
  );
  expect((await store.applied()).toSorted()).toEqual(logged.toSorted());
  expect(failures).toEqual([]);
}, 180_000);

it('all of them start while there is no broker, and are ready once there is', async () => {
  await kafka.cluster.kill(1);
  const failures: Error[] = [];
  const producer = openProducer();
  const sink = openSink(failures);
  const settled: string[] = [];
  const note = (name: string) => () => void settled.push(name);
  const starting = Promise.all([
    checkTopics(kafka.settings('mailbox'), 'mailbox').then(note('check')),
    producer.start().then(note('producer')),
    sink.start().then(note('sink')),
    openReplica(failures).then(note('replica')),
  ]);
  await sleep(8_000);
  expect(settled).toEqual([]);
  await kafka.cluster.restart(1);
  await starting;
  expect(settled.toSorted()).toEqual(['check', 'producer', 'replica', 'sink']);
  expect(await send(producer)('k', 'after the start')).toEqual({ status: 'acknowledged' });
  await until('it is applied', async () => (await store.applied()).includes('after the start'), 60_000);
  expect(failures).toEqual([]);
}, 180_000);

it('waits can be ended at any time: a stop does not wait for brokers', async () => {
  await kafka.cluster.kill(1);
  const abort = new AbortController();
  const producer = openProducer();
  const sink = openSink([]);
  const waits = [
    checkTopics(kafka.settings('mailbox'), 'mailbox', { signal: abort.signal }),
    openReplica([], abort.signal),
    producer.start(),
    sink.start(),
  ];
  const outcomes = Promise.allSettled(waits);
  await sleep(1_500);
  const startedMs = performance.now();
  abort.abort();
  await Promise.all([producer.stop(), sink.stop()]);
  const ended = await outcomes;
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  await kafka.cluster.restart(1);
}, 180_000);
