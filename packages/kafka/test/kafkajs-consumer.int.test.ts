import { type TestKafka, testKafka } from '@chappe/testing';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientRetry } from '../src/open-client.ts';
import type { Slice } from '../src/record.ts';
import { createSink } from '../src/sink/create-sink.ts';
import type { Sink, SinkOptions } from '../src/sink/sink-contract.ts';
import { provisionTopics } from '../src/topics/provision-topics.ts';
import { asAdmin, bareKafkajs, makeTopic } from './bare-kafkajs.ts';
import { recordingLog, until } from './read-topic.ts';

/**
 * Defects of kafkajs 2.2.4 in consuming (docs/kafkajs.md). Each story is told twice: bare kafkajs shows the
 * defect, so that an upgrade that mends it is noticed, and this package does not.
 */
let kafka: TestKafka;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  kafka = await testKafka({ provision: provisionTopics });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

type EachBatch = (payload: EachBatchPayload) => Promise<void>;

async function bare(
  group: string,
  topics: readonly string[],
  eachBatch: EachBatch,
  options: { fromBeginning?: boolean; sessionTimeout?: number } = {},
): Promise<Consumer> {
  const { fromBeginning = true, sessionTimeout = 10_000 } = options;
  const consumer = bareKafkajs(kafka.admin).consumer({
    groupId: kafka.topicPrefix + group,
    maxWaitTimeInMs: 100,
    sessionTimeout,
    heartbeatInterval: Math.floor(sessionTimeout / 4),
    retry: { ...clientRetry },
  });
  open.push({ close: () => consumer.disconnect() });
  await consumer.connect();
  await consumer.subscribe({ topics: topics.map((topic) => kafka.topicPrefix + topic), fromBeginning });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ partitionsConsumedConcurrently: 4, eachBatch });
  await joined;
  return consumer;
}

/** A sink whose stored offsets are in memory: the database has its own tests. */
async function ours(
  group: string,
  topics: readonly string[],
  apply: (slice: Slice) => Promise<void>,
  options: Partial<SinkOptions> & { storedAt?: bigint; principal?: 'mailbox' } = {},
): Promise<Sink> {
  const { storedAt, principal, ...rest } = options;
  const settings = principal === undefined ? kafka.admin : kafka.settings(principal);
  const sink = createSink(settings, {
    group,
    topics,
    apply,
    readOffset: async (_topic, _partition, logStart) => storedAt ?? logStart,
    maxWaitMs: 100,
    log: recordingLog(),
    ...rest,
  });
  open.push({ close: () => sink.stop() });
  await sink.start();
  return sink;
}

async function publish(topic: string, texts: readonly string[], partition = 0): Promise<void> {
  const producer = bareKafkajs(kafka.admin).producer();
  await producer.connect();
  const messages = texts.map((value) => ({ key: 'k', value, partition }));
  await producer.send({ topic: kafka.topicPrefix + topic, messages });
  await producer.disconnect();
}

const textsOf = (messages: readonly { value: Buffer | null }[]): string[] =>
  messages.map(({ value }) => value?.toString() ?? '');

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * When the committed offset is no longer in the log, kafkajs goes to the end unless it was told `fromBeginning`,
 * and says nothing: everything in between is never read.
 */
describe('an offset outside of the log', () => {
  const withGap = async (topic: string): Promise<void> => {
    await makeTopic(kafka.admin, topic);
    await publish(topic, ['0', '1', '2', '3', '4', '5']);
    const name = kafka.topicPrefix + topic;
    await asAdmin(kafka.admin, async (admin) => {
      // Without this the administrator of kafkajs does not know the topic.
      await admin.fetchTopicOffsets(name);
      await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '3' }] });
    });
  };

  it('kafkajs: skips, without a word, what is in the log', async () => {
    await withGap('gap-bare');
    const name = { groupId: `${kafka.topicPrefix}gap-bare`, topic: `${kafka.topicPrefix}gap-bare` };
    await asAdmin(kafka.admin, (admin) =>
      admin.setOffsets({ ...name, partitions: [{ partition: 0, offset: '1' }] }),
    );
    const read: string[] = [];
    await bare(
      'gap-bare',
      ['gap-bare'],
      async ({ batch }) => {
        read.push(...textsOf(batch.messages));
      },
      { fromBeginning: false },
    );
    await pause(1_000);
    await publish('gap-bare', ['later']);
    await until('what came later is read', () => read.includes('later'));
    expect(read).toEqual(['later']);
  });

  it('ours: stops with the reason before it reads anything', async () => {
    await withGap('gap-ours');
    const read: string[] = [];
    const sink = await ours(
      'gap-ours',
      ['gap-ours'],
      async ({ records }) => {
        read.push(...textsOf(records));
      },
      { storedAt: 1n },
    );
    const failure = await new Promise<Error>((resolve) => sink.onFailure(resolve));
    expect(failure.message).toContain('before its start');
    expect(read).toEqual([]);
  });
});

/**
 * kafkajs fetches again only when every batch of the last fetch is dealt with: one slow partition holds up all
 * that the same broker leads, for as long as it takes.
 */
describe('a slow partition', () => {
  const gated = () => {
    const { promise: opened, resolve: openGate } = Promise.withResolvers<void>();
    const read: string[] = [];
    return {
      read,
      openGate,
      async take(texts: readonly string[]) {
        if (texts.includes('slow')) await opened;
        read.push(...texts);
      },
    };
  };

  it('kafkajs: holds up the others of its broker', async () => {
    await makeTopic(kafka.admin, 'slow-bare', 2);
    const gate = gated();
    await bare('slow-bare', ['slow-bare'], ({ batch }) => gate.take(textsOf(batch.messages)));
    await publish('slow-bare', ['slow'], 0);
    await pause(500);
    await publish('slow-bare', ['quick'], 1);
    await pause(1_500);
    expect(gate.read).toEqual([]);
    gate.openGate();
    await until('both are read', () => gate.read.length === 2);
  });

  it('ours: holds up none', async () => {
    await makeTopic(kafka.admin, 'slow-ours', 2);
    const gate = gated();
    await ours('slow-ours', ['slow-ours'], ({ records }) => gate.take(textsOf(records)));
    await publish('slow-ours', ['slow'], 0);
    await pause(500);
    await publish('slow-ours', ['quick'], 1);
    await until('the quick one is read', () => gate.read.includes('quick'));
    expect(gate.read).toEqual(['quick']);
    gate.openGate();
    await until('both are read', () => gate.read.length === 2);
  });
});

/**
 * kafkajs sends no heartbeat while a handler works (issues 1720, 659): work longer than the session loses the
 * membership, and the same batch is handled again, here or by another member at the same time.
 */
describe('work that takes longer than the session', () => {
  const sessionMs = 1_000;

  it('kafkajs: loses its membership and repeats its work', async () => {
    await makeTopic(kafka.admin, 'long-bare');
    let handled = 0;
    const consumer = await bare(
      'long-bare',
      ['long-bare'],
      async () => {
        handled += 1;
        if (handled === 1) await pause(sessionMs * 2.5);
      },
      { sessionTimeout: sessionMs },
    );
    let joins = 0;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      joins += 1;
    });
    await publish('long-bare', ['once']);
    await until('the work is repeated', () => handled >= 2);
    expect(joins).toBeGreaterThan(0);
  });

  it('ours: remains a member and works once', async () => {
    await makeTopic(kafka.admin, 'long-ours');
    const memberOf = () =>
      asAdmin(kafka.admin, async (admin) => {
        const { groups } = await admin.describeGroups([`${kafka.topicPrefix}long-ours`]);
        return groups[0]?.members.map(({ memberId }) => memberId);
      });
    let begun = 0;
    let ended = 0;
    await ours(
      'long-ours',
      ['long-ours'],
      async () => {
        begun += 1;
        await pause(sessionMs * 2.5);
        ended += 1;
      },
      { sessionTimeoutMs: sessionMs },
    );
    const before = await memberOf();
    await publish('long-ours', ['once']);
    await until('the work is done', () => ended === 1);
    await pause(sessionMs);
    expect(begun).toBe(1);
    expect(before).toHaveLength(1);
    expect(await memberOf()).toEqual(before);
  });
});

/**
 * An error that kafkajs does not try again (here: the right to read was taken away) ends a consumer with no more
 * than an event: its process lives, healthy to the eye, and reads nothing for ever.
 */
describe('an error that is not tried again', () => {
  const topic = 'delivery.urgent.v1';
  const forbidReading = () =>
    asAdmin(kafka.admin, (admin) =>
      admin.deleteAcls({
        filters: [
          {
            resourceType: 2,
            resourceName: kafka.topicPrefix + topic,
            resourcePatternType: 3,
            principal: 'User:mailbox',
            host: '*',
            operation: 3,
            permissionType: 3,
          },
        ],
      }),
    );
  const permitReading = () =>
    provisionTopics(kafka.admin, {
      replication: 1,
      minInsyncReplicas: 1,
      principals: {
        ingest: 'ingest',
        router: 'router',
        mailbox: 'mailbox',
        archive: 'archive',
        directory: 'directory',
        correlator: 'correlator',
        monitor: 'monitor',
        console: 'console',
      },
    });

  it('kafkajs: leaves a consumer that reads nothing any more, even when the cause is gone', async () => {
    const read: string[] = [];
    const consumer = bareKafkajs(kafka.settings('mailbox')).consumer({
      groupId: `${kafka.topicPrefix}mailbox.urgent`,
      maxWaitTimeInMs: 100,
      retry: { ...clientRetry, initialRetryTime: 20, maxRetryTime: 50 },
    });
    open.push({ close: () => consumer.disconnect() });
    await consumer.connect();
    await consumer.subscribe({ topic: kafka.topicPrefix + topic, fromBeginning: true });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    const crashed = new Promise<boolean>((resolve) =>
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.restart)),
    );
    // It resolves at once and rejects never.
    await consumer.run({
      eachBatch: async ({ batch }) => {
        read.push(...textsOf(batch.messages));
      },
    });
    await joined;
    await forbidReading();
    expect(await crashed).toBe(false);
    await permitReading();
    await publish(topic, ['nobody hears this']);
    await pause(1_500);
    expect(read).toEqual([]);
  });

  it('ours: says that it cannot go on, so that the process ends and is started afresh', async () => {
    const sink = await ours('mailbox.urgent', [topic], async () => undefined, { principal: 'mailbox' });
    const failed = new Promise<Error>((resolve) => sink.onFailure(resolve));
    await forbidReading();
    expect(await failed).toBeInstanceOf(Error);
    expect(sink.health()).toMatchObject({ joined: false });
    expect(sink.health().failed).not.toBeNull();
    await permitReading();
  });
});

/**
 * kafkajs's assigner looks at the topics of one member only, and hands their partitions to members that never
 * subscribed to them: in a group of members with different topics some partitions are read by nobody.
 */
describe('members of one group with different topics', () => {
  const publishAll = async (topics: readonly string[]): Promise<void> => {
    for (const topic of topics)
      for (const partition of [0, 1]) await publish(topic, [`${topic}/${partition}`], partition);
  };

  it('kafkajs: leaves partitions unread', async () => {
    const topics = ['mixed-bare-a', 'mixed-bare-b'];
    for (const topic of topics) await makeTopic(kafka.admin, topic, 2);
    const read = new Set<string>();
    const take: EachBatch = async ({ batch }) => {
      for (const text of textsOf(batch.messages)) read.add(text);
    };
    for (const topic of topics) await bare('mixed-bare', [topic], take);
    await pause(1_500);
    await publishAll(topics);
    await pause(1_500);
    expect(read.size).toBeLessThan(4);
  });

  it('ours: a group per lane, so that each is read whole', async () => {
    const topics = ['mixed-ours-a', 'mixed-ours-b'];
    for (const topic of topics) await makeTopic(kafka.admin, topic, 2);
    const read = new Set<string>();
    for (const topic of topics) {
      await ours(`group-of-${topic}`, [topic], async ({ records }) => {
        for (const text of textsOf(records)) read.add(text);
      });
    }
    await publishAll(topics);
    await until('all are read', () => read.size === 4);
  });
});
