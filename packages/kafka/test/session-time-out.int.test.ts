import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type TestKafka, testKafka } from '@chappe/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createLaneProducer,
  createSink,
  type LaneProducer,
  provisionTopics,
  type Sink,
} from '../src/index.ts';
import { startSender } from './outage-scene.ts';
import { readTopic, recordingLog, until } from './read-topic.ts';
import { openSinkStore, type SinkStore } from './sink-store.ts';

const topic = 'delivery.flash.v1';
const group = 'mailbox.flash';
const sessionTimeoutMs = 4_000;
let kafka: TestKafka;
let store: SinkStore;
let router: LaneProducer;
const sinks: Sink[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  store = await openSinkStore(group);
  router = createLaneProducer(kafka.settings('router'), { name: 'flash', log: recordingLog() });
  await router.start();
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(sinks.splice(0).map((sink) => sink.stop()));
  await router.stop();
  await store.close();
});

async function startSink(apply: SinkStore['apply'] = store.apply): Promise<Sink & { positions(): number }> {
  let positions = 0;
  const sink = createSink(kafka.settings('mailbox'), {
    group,
    topics: [topic],
    apply: (slice) => apply(slice),
    readOffset(...at) {
      positions += 1;
      return store.readOffset(...at);
    },
    maxSliceRecords: 5,
    maxWaitMs: 100,
    sessionTimeoutMs,
    log: recordingLog(),
  });
  sinks.push(sink);
  await sink.start();
  return { ...sink, positions: () => positions };
}

const send = (key: string, text: string) => router.send([{ topic, key, value: Buffer.from(text) }]);

async function expectAppliedOnce(): Promise<void> {
  const texts = (await readTopic(kafka.admin, topic)).map(({ value }) => value.toString());
  await until('all is applied', async () => (await store.applied()).length >= texts.length, 30_000);
  await sleep(500);
  expect((await store.applied()).toSorted()).toEqual(texts.toSorted());
}

it('a slice that takes three sessions does not cost its partition: heartbeats go on beside it', async () => {
  let held = 0;
  const slow = await startSink(async (slice) => {
    if (held === 0 && slice.records.length > 0) {
      held += 1;
      await sleep(3 * sessionTimeoutMs);
    }
    await store.apply(slice);
  });
  await until('every partition runs', () =>
    slow.health().partitions.every(({ state }) => state === 'running'),
  );
  const positions = slow.positions();
  const records = Array.from({ length: 60 }, (_, at) => ({
    topic,
    key: `k${at}`,
    value: Buffer.from(`t${at}`),
  }));
  await router.send(records);
  await until('a slice is slow', () => held === 1);
  await expectAppliedOnce();
  // A join, whoever it was that called for it, would have asked for the positions again.
  expect(slow.positions()).toBe(positions);
});

it('a process that is stopped beyond its session and comes back doubles nothing and loses nothing', async () => {
  const child = await startChild();
  const sender = startSender(send, { mark: 'stop', callers: 6, everyMs: 5 });
  await until('the child applies', async () => (await store.applied()).length > 100);
  const other = await startSink();
  await until(
    'both have partitions',
    () => other.health().partitions.length > 0 && other.health().partitions.length < 3,
  );
  for (let round = 0; round < 2; round += 1) {
    child.kill('SIGSTOP');
    await until('the other has all', () => other.health().partitions.length === 3, 30_000);
    const before = (await store.applied()).length;
    await until('and applies', async () => (await store.applied()).length > before + 100);
    child.kill('SIGCONT');
    await until('the child is back', () => other.health().partitions.length < 3, 30_000);
  }
  await sender.stop();
  await expectAppliedOnce();
});

async function startChild(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./sink-process.ts', import.meta.url)), {
    env: {
      PATH: process.env.PATH,
      SETTINGS: JSON.stringify(kafka.settings('mailbox')),
      STORE_URL: store.url,
      GROUP: group,
      TOPIC: topic,
      SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.once('message', (message) =>
      message === 'started' ? resolve() : reject(new Error(JSON.stringify(message))),
    );
    child.once('exit', (code) => reject(new Error(`the sink ended with ${code}`)));
  });
  return child;
}
