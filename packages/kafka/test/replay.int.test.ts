import {
  advanceOffset,
  createPool,
  createReplayJournal,
  deadLetterCasesMigration,
  inTransaction,
  type Pool,
  replayJournalMigration,
  replayPoolOptions,
} from '@chappe/postgres';
import { type TestKafka, testKafka } from '@chappe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PauseUntilUpgrade, PoisonRecord } from '../src/failures.ts';
import { createLaneProducer, type LaneProducer } from '../src/lane-producer.ts';
import {
  applicationOf,
  type IncomingRecord,
  type OutgoingRecord,
  type RecordsToApply,
} from '../src/record.ts';
import { createSink } from '../src/sink/create-sink.ts';
import { deadLetterOf } from '../src/sink/dead-letter.ts';
import { createDeadLetterDesk, type DeadLetterDesk } from '../src/sink/replay/dead-letter-desk.ts';
import { createLetterReader, type LetterReader } from '../src/sink/replay/read-letters.ts';
import type { Sink } from '../src/sink/sink-contract.ts';
import { provisionTopics } from '../src/topics/provision-topics.ts';
import { readTopic, recordingLog, until } from './read-topic.ts';
import { openSinkStore, type SinkStore } from './sink-store.ts';

const topic = 'delivery.flash.v1';
const group = 'mailbox.flash';
const deadLetters = `${group}.dlq.v1`;
const who = { subject: 'person-operator', correspondent: 'desk:operations', traceId: 'f'.repeat(32) };

let kafka: TestKafka;
let store: SinkStore;
let journalPool: Pool;
let router: LaneProducer;
let mailbox: LaneProducer;
let sink: Sink | undefined;
/** What the service's code throws for a text, until it is mended. */
let broken: (text: string) => void;
const seen: IncomingRecord[] = [];

beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  store = await openSinkStore(group);
  await store.pool.query(replayJournalMigration + deadLetterCasesMigration);
  const { connectionString = '' } = store.pool.options;
  journalPool = createPool({
    url: connectionString,
    applicationName: 'replays',
    ...replayPoolOptions,
    log: recordingLog(),
  });
  router = createLaneProducer(kafka.settings('router'), { name: 'flash', log: recordingLog() });
  mailbox = createLaneProducer(kafka.settings('mailbox'), { name: 'dlq', log: recordingLog() });
  await Promise.all([router.start(), mailbox.start()]);
  seen.length = 0;
  broken = (text) => {
    if (text.startsWith('bad')) throw new PoisonRecord('NULL_POINTER');
  };
});

afterEach(async () => {
  await sink?.stop();
  sink = undefined;
  await Promise.all([router.stop(), mailbox.stop(), journalPool.end()]);
  await store.close();
});

/** The effect of the service: a row per record, twice if it is called twice, and the offset if it moves. */
async function apply({ topic: from, partition, records, move }: RecordsToApply): Promise<void> {
  await inTransaction(store.pool, async (client) => {
    for (const record of records) {
      seen.push(record);
      broken(record.value.toString());
      await client.query('INSERT INTO applied (text) VALUES ($1)', [record.value.toString()]);
    }
    if (move !== null) await advanceOffset(client, { group, topic: from, partition, ...move });
  });
}

function openDesk(reader?: LetterReader): DeadLetterDesk {
  const journal = createReplayJournal(journalPool);
  const sources = [{ group, apply }];
  return createDeadLetterDesk(kafka.settings('mailbox'), {
    service: 'mailbox',
    sources,
    journal,
    log: recordingLog(),
    ...(reader === undefined ? {} : { reader }),
  });
}

/** A reader of a replica of its own; none goes on before all have read. */
function readersInStep(count: number): LetterReader[] {
  let read = 0;
  const { promise: allHaveRead, resolve } = Promise.withResolvers<void>();
  return Array.from({ length: count }, () => {
    const reader = createLetterReader(kafka.settings('mailbox'), {
      service: 'mailbox',
      timeoutMs: 10_000,
      log: recordingLog(),
    });
    return {
      ...reader,
      async read(ranges, take) {
        await reader.read(ranges, take);
        read += 1;
        if (read === count) resolve();
        await allHaveRead;
      },
    };
  });
}

async function publish(records: readonly Omit<OutgoingRecord, 'topic'>[]): Promise<void> {
  expect(await router.send(records.map((record) => ({ topic, ...record })))).toEqual({
    status: 'acknowledged',
  });
}

/** Lets the sink meet these texts while the service is broken; answers the letters that it leaves. */
async function bury(texts: readonly string[], headers: Record<string, string> = {}) {
  await publish(texts.map((text) => ({ key: 'one-key', value: Buffer.from(text), headers })));
  sink = createSink(kafka.settings('mailbox'), {
    group,
    topics: [topic],
    apply: (slice) => apply(applicationOf(slice)),
    readOffset: store.readOffset,
    maxWaitMs: 100,
    log: recordingLog(),
  });
  await sink.start();
  await until('the partition goes on', async () =>
    Object.values(await store.storedOffsets()).includes(BigInt(texts.length)),
  );
  const letters = await readTopic(kafka.admin, deadLetters);
  return letters.map(({ partition, offset }) => ({ group, partition, offset: offset.toString() }));
}

const rows = async () =>
  (await journalPool.query('SELECT subject, reason, result, code FROM dead_letter_replay ORDER BY id')).rows;

describe('a replay', () => {
  it('applies a record once that was poison because of a bug, and remembers who wanted it and why', async () => {
    const letters = await bury(['good', 'bad', 'good too'], { traceparent: 'kept' });
    expect(letters).toHaveLength(1);
    const first = seen.find((record) => record.value.toString() === 'bad');
    broken = () => undefined;
    seen.length = 0;
    const before = await store.storedOffsets();
    const desk = openDesk();
    expect(await desk.replay({ letters, ...who, reason: 'mended in 1.2' })).toEqual([
      { result: 'REPLAYED', code: null },
    ]);
    // It is the record itself that came back: place, time, key, headers and bytes.
    expect(seen).toEqual([first]);
    expect(first).toMatchObject({ topic, offset: 1n, key: 'one-key' });
    expect(await store.applied()).toEqual(['good', 'good too', 'bad']);
    expect(await store.storedOffsets()).toEqual(before);
    expect(await desk.replay({ letters, ...who, reason: 'once more' })).toEqual([
      { result: 'ALREADY_REPLAYED', code: null },
    ]);
    expect(await store.applied()).toHaveLength(3);
    expect(await rows()).toEqual([
      { subject: who.subject, reason: 'mended in 1.2', result: 'REPLAYED', code: null },
      { subject: who.subject, reason: 'once more', result: 'ALREADY_REPLAYED', code: null },
    ]);
  });

  it('of two replicas at the same time applies once', async () => {
    const letters = await bury(['bad']);
    broken = () => undefined;
    const answers = await Promise.all(
      readersInStep(3).map((reader) => openDesk(reader).replay({ letters, ...who, reason: 'at once' })),
    );
    expect(
      answers
        .flat()
        .map(({ result }) => result)
        .toSorted(),
    ).toEqual(['ALREADY_REPLAYED', 'ALREADY_REPLAYED', 'REPLAYED']);
    expect(await store.applied()).toEqual(['bad']);
  });

  it('of what is still poison leaves one dead letter, and says why', async () => {
    const letters = await bury(['bad']);
    const desk = openDesk();
    expect(await desk.replay({ letters, ...who, reason: 'try' })).toEqual([
      { result: 'STILL_POISON', code: 'NULL_POINTER' },
    ]);
    expect(await readTopic(kafka.admin, deadLetters)).toHaveLength(1);
    expect(await store.applied()).toEqual([]);
    broken = () => {
      throw new PauseUntilUpgrade('SCHEMA_9');
    };
    expect(await desk.replay({ letters, ...who, reason: 'try' })).toEqual([
      { result: 'NEEDS_UPGRADE', code: 'SCHEMA_9' },
    ]);
    broken = () => {
      throw Object.assign(new Error('down'), { code: '57P01', transient: true });
    };
    expect(await desk.replay({ letters, ...who, reason: 'try' })).toEqual([
      { result: 'NOT_NOW', code: '57P01' },
    ]);
    broken = () => undefined;
    expect(await desk.replay({ letters, ...who, reason: 'try' })).toEqual([
      { result: 'REPLAYED', code: null },
    ]);
    expect((await rows()).map(({ result }) => result)).toEqual([
      'STILL_POISON',
      'NEEDS_UPGRADE',
      'NOT_NOW',
      'REPLAYED',
    ]);
  });

  it('refuses what is not a letter of its own groups', async () => {
    const record: IncomingRecord = {
      topic,
      partition: 2,
      offset: 7n,
      key: null,
      rawKey: null,
      value: Buffer.from('foreign'),
      headers: {},
      timestampMs: 1,
    };
    const foreign = { ...deadLetterOf(record, 'archive', 'X'), topic: deadLetters };
    const elsewhere = { ...deadLetterOf({ ...record, topic: 'audit.v1' }, group, 'X'), topic: deadLetters };
    const bare = { topic: deadLetters, key: 'k', value: Buffer.from('no letter') };
    expect(await mailbox.send([foreign, elsewhere, bare])).toEqual({ status: 'acknowledged' });
    const placed = await readTopic(kafka.admin, deadLetters);
    const letters = placed.map(({ partition, offset }) => ({ group, partition, offset: offset.toString() }));
    const unknown = [
      { group: 'archive', partition: 0, offset: '0' },
      { group, partition: 0, offset: '4711' },
      { group, partition: 99, offset: '0' },
    ];
    const answers = await openDesk().replay({
      letters: [...letters, ...unknown],
      ...who,
      reason: 'no right',
    });
    expect(answers.map(({ result }) => result)).toEqual([
      ...['FOREIGN', 'FOREIGN', 'FOREIGN'],
      ...['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
    ]);
    expect(seen).toEqual([]);
    expect(await rows()).toHaveLength(6);
  });

  it('says that it failed when it meets a bug', async () => {
    const letters = await bury(['bad']);
    broken = () => {
      throw new TypeError('x is not a function');
    };
    expect(await openDesk().replay({ letters, ...who, reason: 'try' })).toEqual([
      { result: 'FAILED', code: 'TypeError' },
    ]);
    expect(await store.applied()).toEqual([]);
  });

  it.each([null, Buffer.alloc(0)])('gives back a record without a key as it was (%s)', async (rawKey) => {
    const record: IncomingRecord = {
      topic,
      partition: 1,
      offset: 40n,
      key: rawKey === null ? null : '',
      rawKey,
      value: Buffer.from('as it was'),
      headers: { ce_id: Buffer.from('a'), twice: [Buffer.from('1'), Buffer.from('2')] },
      timestampMs: 1_790_000_000_123,
    };
    await mailbox.send([deadLetterOf(record, group, 'X')]);
    const [placed] = await readTopic(kafka.admin, deadLetters);
    const letters = [{ group, partition: placed?.partition ?? 0, offset: '0' }];
    expect(await openDesk().replay({ letters, ...who, reason: 'as it was' })).toEqual([
      { result: 'REPLAYED', code: null },
    ]);
    expect(seen).toEqual([record]);
  });
});

describe('the list', () => {
  it('shows where, when and why, newest first, page by page, and never key or value', async () => {
    const letters = await bury(Array.from({ length: 23 }, (_, at) => `bad secret ${at}`));
    expect(letters).toHaveLength(23);
    const desk = openDesk();
    const offsets: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await desk.list({ limit: 10, ...(cursor === undefined ? {} : { cursor }) });
      expect(JSON.stringify(page)).not.toMatch(/secret|one-key/);
      expect(page?.items[0]).toMatchObject({
        group,
        code: 'NULL_POINTER',
        original: { topic, partition: expect.anything() },
      });
      offsets.push(...(page?.items ?? []).map(({ original }) => original?.offset ?? ''));
      cursor = page?.next ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect(pages).toBe(3);
    expect(offsets).toEqual(Array.from({ length: 23 }, (_, at) => String(22 - at)));
    expect(await desk.list({ limit: 10, cursor: 'bm90IG91cnM' })).toBeUndefined();
    expect(await desk.list({ limit: 10, group: 'archive' })).toEqual({ items: [], next: null });
  });
});
