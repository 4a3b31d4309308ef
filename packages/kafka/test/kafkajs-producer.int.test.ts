import { createRequire } from 'node:module';
import { type TestKafka, testKafka } from '@chappe/testing';
import kafkajs, { type Consumer, type Producer } from 'kafkajs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLaneProducer, type LaneProducer, type LaneProducerOptions } from '../src/lane-producer.ts';
import { clientRetry } from '../src/open-client.ts';
import { provisionTopics } from '../src/topics/provision-topics.ts';
import { asAdmin, bareKafkajs, lossyConnections, makeTopic } from './bare-kafkajs.ts';
import { readTopic, recordingLog, until } from './read-topic.ts';

/**
 * Defects of kafkajs 2.2.4 in producing (docs/kafkajs.md). Each story is told twice: bare kafkajs shows the
 * defect, so that an upgrade that mends it is noticed, and this package does not.
 */
let kafka: TestKafka;
const open: (Producer | Consumer | { disconnect(): Promise<void> })[] = [];

beforeAll(async () => {
  kafka = await testKafka({ provision: provisionTopics });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.disconnect()));
});

async function bare(options: Parameters<ReturnType<typeof bareKafkajs>['producer']>[0] = {}) {
  const lossy = lossyConnections();
  const producer = bareKafkajs(kafka.admin, { socketFactory: lossy.socketFactory }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    ...options,
  });
  await producer.connect();
  open.push(producer);
  return { producer, loseAnswers: lossy.loseAnswersToProduce };
}

async function ours(options: Partial<LaneProducerOptions> = {}): Promise<LaneProducer> {
  const lane = createLaneProducer(kafka.admin, { name: 'test', log: recordingLog(), ...options });
  await lane.start();
  open.push({ disconnect: () => lane.stop() });
  return lane;
}

/** Loses answers as long as `lost` says so, after the broker has written the batch. */
const losingAnswers =
  (lost: (call: number) => boolean) =>
  (real: Producer): Producer => {
    let calls = 0;
    return {
      ...real,
      async sendBatch(batch) {
        const answer = await real.sendBatch(batch);
        calls += 1;
        if (lost(calls)) throw new Error('connection closed before the answer');
        return answer;
      },
    };
  };

const textsIn = async (topic: string): Promise<string[]> =>
  (await readTopic(kafka.admin, topic)).map(({ value }) => value.toString());

/**
 * An idempotent producer takes its sequence number back on any error. When the answers to a batch are lost, the
 * broker has its numbers, the producer gives the same ones to the next batch, and the broker takes that for a
 * repetition: acknowledged, and written nowhere.
 */
describe('an idempotent producer acknowledges a batch that was never written', () => {
  it('kafkajs: after lost answers, the next batch resolves and is not in the log', async () => {
    const topic = await makeTopic(kafka.admin, 'idempotent-bare');
    const { producer, loseAnswers } = await bare({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { ...clientRetry, initialRetryTime: 50, retries: 1 },
    });
    loseAnswers(2);
    await expect(producer.send({ topic, messages: [{ key: 'k', value: 'first' }] })).rejects.toThrow();
    const [answer] = await producer.send({ topic, messages: [{ key: 'k', value: 'second' }] });
    expect(answer?.errorCode).toBe(0);
    expect(await textsIn('idempotent-bare')).toEqual(['first']);
  });

  it('ours: the first is unknown, the second is acknowledged and in the log', async () => {
    await makeTopic(kafka.admin, 'idempotent-ours');
    let losing = true;
    const lane = await ours({ maxAgeMs: 300, wrapProducer: losingAnswers(() => losing) });
    const send = (text: string) =>
      lane.send([{ topic: 'idempotent-ours', key: 'k', value: Buffer.from(text) }]);
    expect(await send('first')).toEqual({ status: 'unknown', reason: 'timeout' });
    losing = false;
    await until('the answers arrive again', async () => (await send('second')).status === 'acknowledged');
    expect(new Set(await textsIn('idempotent-ours'))).toEqual(new Set(['first', 'second']));
  });
});

/**
 * kafkajs chooses the partition anew at each attempt, and without a key it chooses the next one. A repetition
 * then lies in another partition, where no reader of the first one knows it, and the order is lost.
 */
describe('a record without a key changes its partition when it is repeated', () => {
  it('kafkajs: one send leaves copies in two partitions', async () => {
    const topic = await makeTopic(kafka.admin, 'keyless-bare', 6);
    const { producer, loseAnswers } = await bare();
    loseAnswers(1);
    await producer.send({ topic, messages: [{ value: 'twice' }] });
    const copies = await readTopic(kafka.admin, 'keyless-bare');
    expect(new Set(copies.map(({ partition }) => partition)).size).toBe(2);
  });

  it('ours: a key is required, and all copies lie in its partition', async () => {
    await makeTopic(kafka.admin, 'keyless-ours', 6);
    const lane = await ours({ wrapProducer: losingAnswers((call) => call <= 2) });
    const value = Buffer.from('thrice');
    expect(await lane.send([{ topic: 'keyless-ours', key: '', value }])).toEqual({
      status: 'refused',
      reason: 'keyless',
    });
    expect(await lane.send([{ topic: 'keyless-ours', key: 'k', value }])).toEqual({ status: 'acknowledged' });
    const copies = await readTopic(kafka.admin, 'keyless-ours');
    expect(copies).toHaveLength(3);
    expect(new Set(copies.map(({ partition }) => partition)).size).toBe(1);
  });
});

/**
 * A producer of kafkajs remembers every topic it ever sent to and asks for the metadata of all of them together;
 * one that is gone fails the whole answer (issues 622, 1759), so that nothing can be sent anywhere any more.
 */
describe('a deleted topic takes all other topics of its producer with it', () => {
  const remove = (topic: string) => asAdmin(kafka.admin, (admin) => admin.deleteTopics({ topics: [topic] }));

  it('kafkajs: sending to a healthy topic fails for good', async () => {
    const doomed = await makeTopic(kafka.admin, 'doomed-bare');
    const healthy = await makeTopic(kafka.admin, 'healthy-bare');
    const { producer } = await bare({ metadataMaxAge: 50, retry: { ...clientRetry, retries: 1 } });
    const send = (topic: string) => producer.send({ topic, messages: [{ key: 'k', value: 'v' }] });
    await send(doomed);
    await send(healthy);
    await remove(doomed);
    await until('the metadata is asked for again', () =>
      send(healthy).then(
        () => false,
        () => true,
      ),
    );
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(send(healthy)).rejects.toThrow();
  });

  it('ours: what is sent to it fails, and the healthy topic is written', async () => {
    const doomed = await makeTopic(kafka.admin, 'doomed-ours');
    await makeTopic(kafka.admin, 'healthy-ours');
    const lane = await ours({ maxAgeMs: 1_000 });
    const send = (topic: string) => lane.send([{ topic, key: 'k', value: Buffer.from('v') }]);
    expect(await send('doomed-ours')).toEqual({ status: 'acknowledged' });
    expect(await send('healthy-ours')).toEqual({ status: 'acknowledged' });
    await remove(doomed);
    expect((await send('doomed-ours')).status).not.toBe('acknowledged');
    await until(
      'the healthy topic is written',
      async () => (await send('healthy-ours')).status === 'acknowledged',
    );
  });
});

/**
 * kafkajs stamps records with the clock of its process, and brokers keep that by default: a wrong clock ages a
 * record out of its topic, or keeps it for ever. The topic table says LogAppendTime: the broker's clock counts.
 */
describe("records are stamped with the client's clock", () => {
  const in1970 = '1000';
  const stampOf = async (topic: string): Promise<number> => {
    const consumer = bareKafkajs(kafka.admin).consumer({ groupId: `${kafka.topicPrefix}stamp-${topic}` });
    await consumer.connect();
    open.push(consumer);
    await consumer.subscribe({ topic, fromBeginning: true });
    return await new Promise((resolve, reject) => {
      consumer.run({ eachMessage: async ({ message }) => resolve(Number(message.timestamp)) }).catch(reject);
    });
  };

  it('kafkajs on a topic without settings: a clock of 1970 is believed', async () => {
    const topic = await makeTopic(kafka.admin, 'clock-bare');
    const { producer } = await bare();
    await producer.send({ topic, messages: [{ key: 'k', value: 'v', timestamp: in1970 }] });
    expect(await stampOf(topic)).toBe(1_000);
  });

  it("ours: on a topic of the table the broker's clock counts", async () => {
    const { producer } = await bare();
    const topic = `${kafka.topicPrefix}message.flash.v1`;
    const before = Date.now();
    await producer.send({ topic, messages: [{ key: 'k', value: 'v', timestamp: in1970 }] });
    expect(await stampOf(topic)).toBeGreaterThan(before - 60_000);
  });
});

/**
 * Under NODE_ENV=test, which vitest sets, kafkajs retries by other defaults: what a test proves of a retry would
 * not hold in production, unless no default is ever used.
 */
describe('what is tried again, and how often', () => {
  const load = createRequire(import.meta.url);
  const inProduction: Record<string, number> = load('kafkajs/src/retry/defaults');
  const inTests: Record<string, number> = load('kafkajs/src/retry/defaults.test');

  it('kafkajs: differs between tests and production', () => {
    expect(inTests).not.toEqual(inProduction);
  });

  it('ours: leaves no field to a default', () => {
    expect(Object.keys(clientRetry).toSorted()).toEqual(Object.keys(inProduction).toSorted());
  });
});
