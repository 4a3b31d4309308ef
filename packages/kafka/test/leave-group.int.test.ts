import { type TestKafka, testKafka } from '@chappe/testing';
import { beforeAll, expect, it } from 'vitest';
import { createSink } from '../src/sink/create-sink.ts';
import type { Sink } from '../src/sink/sink-contract.ts';
import { asAdmin, bareKafkajs, makeTopic } from './bare-kafkajs.ts';
import { recordingLog, until } from './read-topic.ts';

const partitions = 4;
/** No test waits this long: whoever is thrown out after it has not left by itself. */
const sessionTimeoutMs = 120_000;
let kafka: TestKafka;

beforeAll(async () => {
  kafka = await testKafka();
});

const membersOf = (group: string) =>
  asAdmin(kafka.admin, async (admin) => {
    const { groups } = await admin.describeGroups([kafka.topicPrefix + group]);
    return groups[0]?.members.length;
  });

async function member(group: string, apply: (text: string) => Promise<void>): Promise<Sink> {
  const sink = createSink(kafka.admin, {
    group,
    topics: [group],
    apply: async ({ records }) => {
      for (const record of records) await apply(record.value.toString());
    },
    readOffset: async (_topic, _partition, logStart) => logStart,
    sessionTimeoutMs,
    maxWaitMs: 100,
    log: recordingLog(),
  });
  await sink.start();
  return sink;
}

async function publish(topic: string, mark: string): Promise<void> {
  const producer = bareKafkajs(kafka.admin).producer();
  await producer.connect();
  const messages = Array.from({ length: partitions }, (_, partition) => ({
    key: 'k',
    value: `${mark}/${partition}`,
    partition,
  }));
  await producer.send({ topic: kafka.topicPrefix + topic, messages });
  await producer.disconnect();
}

it('a sink that stops has left its group, and the next member has its partitions at once', async () => {
  await makeTopic(kafka.admin, 'leaving', partitions);
  const applied: string[] = [];
  const take = async (text: string): Promise<void> => void applied.push(text);
  const first = await member('leaving', take);
  const second = await member('leaving', take);
  await until('both have partitions', () =>
    [first, second].every((each) => each.health().partitions.length === partitions / 2),
  );
  await first.stop();
  expect(await membersOf('leaving')).toBe(1);
  await publish('leaving', 'after');
  await until('the survivor reads all partitions', () => new Set(applied).size === partitions);
  await second.stop();
  expect(await membersOf('leaving')).toBe(0);
  // A member that comes later waits for nobody either.
  const third = await member('leaving', async () => undefined);
  await until('it has all', () => third.health().partitions.length === partitions);
  await third.stop();
});

it('a sink that stops ends the slice under way, and begins no other', async () => {
  await makeTopic(kafka.admin, 'finishing', partitions);
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const begun: string[] = [];
  const ended: string[] = [];
  const sink = await member('finishing', async (text) => {
    begun.push(text);
    await opened;
    ended.push(text);
  });
  await publish('finishing', 'one');
  await until('all partitions are at work', () => begun.length === partitions);
  await publish('finishing', 'two');
  let stopped = false;
  const stopping = sink.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(stopped).toBe(false);
  open();
  await stopping;
  expect(ended.toSorted()).toEqual(begun.toSorted());
  expect(begun.every((text) => text.startsWith('one'))).toBe(true);
  expect(await membersOf('finishing')).toBe(0);
});
