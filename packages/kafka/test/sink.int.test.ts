import { type TestKafka, testKafka } from '@chappe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PauseUntilUpgrade, PoisonRecord } from '../src/failures.ts';
import { createLaneProducer, type LaneProducer } from '../src/lane-producer.ts';
import { openClient } from '../src/open-client.ts';
import type { Slice } from '../src/record.ts';
import { createSink } from '../src/sink/create-sink.ts';
import type { Sink, SinkMetrics, SinkOptions } from '../src/sink/sink-contract.ts';
import { provisionTopics } from '../src/topics/provision-topics.ts';
import { readTopic, recordingLog, until } from './read-topic.ts';
import { openSinkStore, type SinkStore } from './sink-store.ts';

const topic = 'delivery.flash.v1';
const group = 'mailbox.flash';
const partitions = 3;
const noMetrics: SinkMetrics = {
  sliceApplied: () => undefined,
  recordDeadLettered: () => undefined,
  sliceFailed: () => undefined,
  lag: () => undefined,
};
let kafka: TestKafka;
let store: SinkStore;
let router: LaneProducer;
const sinks: Sink[] = [];

beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  store = await openSinkStore(group);
  router = createLaneProducer(kafka.settings('router'), { name: 'flash', log: recordingLog() });
  await router.start();
});

afterEach(async () => {
  await Promise.all(sinks.splice(0).map((sink) => sink.stop()));
  await router.stop();
  await store.close();
});

async function sink(options: Partial<SinkOptions> = {}): Promise<Sink> {
  const made = createSink(kafka.settings('mailbox'), {
    group,
    topics: [topic],
    apply: (slice) => store.apply(slice),
    readOffset: store.readOffset,
    maxWaitMs: 100,
    log: recordingLog(),
    ...options,
  });
  sinks.push(made);
  await made.start();
  return made;
}

/** Publishes texts under a few keys, so that every partition gets some. */
async function publish(texts: readonly string[], key?: string): Promise<void> {
  const records = texts.map((text, at) => ({
    topic,
    key: key ?? `key-${at % 12}`,
    value: Buffer.from(text),
  }));
  expect(await router.send(records)).toEqual({ status: 'acknowledged' });
}

const texts = (mark: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${mark}:${String(at).padStart(5, '0')}`);

const appliedAll = (count: number) =>
  until(`${count} applied`, async () => (await store.applied()).length >= count);

describe('effect', () => {
  it('applies what was there and what comes, once, each key in its order, in bounded slices', async () => {
    await publish(texts('before', 600));
    const sizes: number[] = [];
    await sink({
      maxSliceRecords: 50,
      apply: (slice) => {
        sizes.push(slice.records.length);
        return store.apply(slice);
      },
    });
    await appliedAll(600);
    await publish(texts('later', 300));
    await appliedAll(900);
    const applied = await store.applied();
    expect(applied.toSorted()).toEqual([...texts('before', 600), ...texts('later', 300)].toSorted());
    for (let key = 0; key < 12; key += 1) {
      const ofKey = applied.filter((text) => text.startsWith('before') && Number(text.slice(7)) % 12 === key);
      expect(ofKey).toEqual(ofKey.toSorted());
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50);
  });

  it('works on partitions in parallel: one that waits holds up no other', async () => {
    let held = '';
    let release: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    await publish(texts('parallel', 120));
    await sink({
      apply: async (slice) => {
        held ||= `${slice.topic}/${slice.partition}`;
        if (held === `${slice.topic}/${slice.partition}`) await wait;
        await store.apply(slice);
      },
    });
    const all = await readTopic(kafka.admin, topic);
    await until('the other partitions are done', async () => {
      const others = all.filter((record) => `${topic}/${record.partition}` !== held).length;
      return held !== '' && (await store.applied()).length === others;
    });
    release();
    await appliedAll(120);
  });

  it('pauses a partition whose queue is full and goes on when there is room again', async () => {
    let open = false;
    const made = await sink({
      maxQueueBytes: 1_000,
      maxSliceRecords: 5,
      apply: async (slice) => {
        await until('the gate is open', () => open);
        await store.apply(slice);
      },
    });
    const queued = () => made.health().partitions.reduce((sum, each) => sum + each.queuedRecords, 0);
    await publish(texts('pressure-0', 200), 'one-key');
    // One slice is under way; the rest of the first fetch is above the bound already.
    await until('the first fetch waits', () => queued() >= 100);
    const before = queued();
    for (let round = 1; round < 5; round += 1) await publish(texts(`pressure-${round}`, 100), 'one-key');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(queued()).toBe(before);
    open = true;
    await appliedAll(600);
    expect(await store.applied()).toHaveLength(600);
    expect(new Set(await store.applied()).size).toBe(600);
  });

  it('commits to Kafka what it has applied, for tools that show lag', async () => {
    await publish(texts('lag', 60));
    const made = await sink();
    await appliedAll(60);
    await made.stop();
    const admin = openClient(kafka.admin, { log: recordingLog() }).admin();
    await admin.connect();
    const offsets = await admin.fetchOffsets({ groupId: kafka.topicPrefix + group });
    await admin.disconnect();
    const stored = await store.storedOffsets();
    for (const { topic: name, partitions: found } of offsets) {
      expect(name).toBe(kafka.topicPrefix + topic);
      for (const { partition, offset } of found) expect(BigInt(offset)).toBe(stored[`${topic}/${partition}`]);
    }
    expect(offsets[0]?.partitions).toHaveLength(partitions);
  });
});

describe('position', () => {
  it('repeats nothing when the process died after the effect and before it told Kafka', async () => {
    await publish(texts('crash', 200));
    let applications = 0;
    const first = await sink({
      maxSliceRecords: 20,
      apply: async (slice) => {
        applications += 1;
        if (applications > 5) throw Object.assign(new Error('dying'), { transient: true });
        await store.apply(slice);
      },
    });
    await until('the first process is about to die', () => applications > 5);
    await first.stop();
    const before = (await store.applied()).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(200);
    // As if it had died before its last commits: Kafka remembers nothing of what it applied.
    const admin = openClient(kafka.admin, { log: recordingLog() }).admin();
    await admin.connect();
    const name = { groupId: kafka.topicPrefix + group, topic: kafka.topicPrefix + topic };
    await admin.resetOffsets({ ...name, earliest: true });
    await admin.disconnect();
    await sink();
    await appliedAll(200);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await store.applied()).toSorted()).toEqual(texts('crash', 200));
  });

  it('fences two sinks that both believe to own a partition: nothing twice, nothing lost', async () => {
    const twin = async (offset: bigint, slice: Slice): Promise<void> => {
      // What a replica does that was stopped past its session: it applies the same records from the same offset.
      if (slice.first === offset)
        await store.apply({ ...slice, records: slice.records.slice(0, 1), after: slice.first + 1n });
    };
    await publish(texts('fence', 90));
    const log = recordingLog();
    await sink({
      log,
      apply: async (slice) => {
        await twin(0n, slice);
        await store.apply(slice);
      },
    });
    await appliedAll(90);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const applied = await store.applied();
    expect(applied.toSorted()).toEqual(texts('fence', 90));
    const stale = log.lines.filter(({ message }) => message === 'stored offset has moved');
    expect(stale.length).toBe(partitions);
  });

  it('hands partitions over between members without repeating or losing a record', async () => {
    const first = await sink({ maxSliceRecords: 7 });
    await publish(texts('handover-a', 150));
    const second = await sink({ maxSliceRecords: 7 });
    await publish(texts('handover-b', 150));
    await until('both have partitions', () =>
      [first, second].every((each) => each.health().partitions.length > 0),
    );
    await publish(texts('handover-c', 150));
    await first.stop();
    await publish(texts('handover-d', 150));
    await appliedAll(600);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const applied = await store.applied();
    expect(applied).toHaveLength(600);
    expect(new Set(applied).size).toBe(600);
  });

  it('stops with the reason when the stored offset is outside the log', async () => {
    await publish(texts('outside', 10), 'one-key');
    await store.pool.query(
      `INSERT INTO stored_offset SELECT $1, $2, n, 4711 FROM generate_series(0, ${partitions - 1}) AS n`,
      [group, topic],
    );
    const made = await sink();
    const failure = await new Promise<Error>((resolve) => made.onFailure(resolve));
    expect(failure.name).toBe('StoredOffsetOutsideLog');
    expect(failure.message).toContain('4711');
    expect(made.health().failed).toContain('behind its end');
    expect(await store.applied()).toEqual([]);
  });
});

describe('failure', () => {
  it('buries a poison record with its bytes and its cause, and goes on with its partition', async () => {
    const all = texts('poison', 60);
    await publish(all, 'one-key');
    const made = await sink({
      apply: (slice) =>
        store.apply(slice, (text) => {
          if (text === 'poison:00030') throw new PoisonRecord('UNDECODABLE');
        }),
    });
    await appliedAll(59);
    expect(await store.applied()).toEqual(all.filter((text) => text !== 'poison:00030'));
    await until('the offset passed', async () => Object.values(await store.storedOffsets()).includes(60n));
    const [letter, ...others] = await readTopic(kafka.admin, `${group}.dlq.v1`);
    expect(others).toEqual([]);
    expect(letter?.key).toBe('one-key');
    expect(letter?.value.toString()).toBe('poison:00030');
    const header = (name: string): Buffer => Buffer.from(String(letter?.headers?.[name] ?? ''), 'latin1');
    const raw = (name: string): Buffer => {
      const value = letter?.headers?.[name];
      return Buffer.isBuffer(value) ? value : header(name);
    };
    expect(raw('kafka_dlt-original-topic').toString()).toBe(topic);
    expect(raw('kafka_dlt-original-offset').readBigInt64BE()).toBe(30n);
    expect(raw('kafka_dlt-original-consumer-group').toString()).toBe(group);
    expect(raw('kafka_dlt-exception-message').toString()).toBe('UNDECODABLE');
    expect(made.health()).toMatchObject({ deadLetters: 1, pausedUntilUpgrade: false });
  });

  it('waits out what is not the fault of a record, in order and without a dead letter', async () => {
    await publish(texts('outage', 40), 'one-key');
    let failures = 0;
    const made = await sink({
      apply: async (slice) => {
        if (failures < 4) {
          failures += 1;
          throw Object.assign(new Error('disk full'), { code: '53100', transient: true });
        }
        await store.apply(slice);
      },
    });
    await appliedAll(40);
    expect(await store.applied()).toEqual(texts('outage', 40));
    expect(failures).toBe(4);
    expect(made.health().deadLetters).toBe(0);
  });

  it.each([
    ['read-only', 'SET default_transaction_read_only = on', '25006', 'RESET default_transaction_read_only'],
    ['out of connections', 'CONNECTION LIMIT 0', '53300', 'CONNECTION LIMIT -1'],
  ])('waits while the database is %s, and blames no record', async (_, breaks, code, mends) => {
    const made = await sink();
    await publish(texts('before', 5), 'one-key');
    await appliedAll(5);
    await store.alterRole(breaks);
    await publish(texts('during', 30), 'one-key');
    const failing = () => made.health().partitions.find((each) => each.state === 'retrying');
    await until('a slice waits', () => failing()?.failureCode === code);
    await store.alterRole(mends);
    await appliedAll(35);
    expect(await store.applied()).toEqual([...texts('before', 5), ...texts('during', 30)]);
    expect(made.health().deadLetters).toBe(0);
  });

  it('waits while the disk of the database is full, and blames no record', async () => {
    await publish(texts('full', 30), 'one-key');
    await store.pool.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`,
    );
    await store.pool.query('CREATE TRIGGER full_disk BEFORE INSERT ON applied EXECUTE FUNCTION refuse()');
    const made = await sink();
    const failing = () => made.health().partitions.find((each) => each.state === 'retrying');
    await until('a slice waits', () => failing()?.failureCode === '53100');
    await store.pool.query('DROP TRIGGER full_disk ON applied');
    await appliedAll(30);
    expect(await store.applied()).toEqual(texts('full', 30));
    expect(made.health().deadLetters).toBe(0);
  });

  it('stops the partition of a record that meets a bug, loudly, and buries nothing', async () => {
    await publish(texts('bug', 9), 'one-key');
    const log = recordingLog();
    const alarms: (string | null)[] = [];
    let mended = false;
    const made = await sink({
      log,
      bugRetryMs: 200,
      metrics: { ...noMetrics, partitionAlarm: ({ alarm }) => alarms.push(alarm) },
      apply: (slice) =>
        store.apply(slice, (text) => {
          if (text === 'bug:00004' && !mended) throw new TypeError('x is not a function');
        }),
    });
    await until('the partition has stopped', () => made.health().stoppedByBug);
    expect(await store.applied()).toEqual(texts('bug', 4));
    // What other partitions carry goes on.
    const elsewhere = Array.from({ length: 30 }, (_, at) => ({
      topic,
      key: `other-${at}`,
      value: Buffer.from(`on:${at}`),
    }));
    await router.send(elsewhere);
    const stopped = made.health().partitions.find((each) => each.state === 'stopped-by-bug');
    expect(stopped).toMatchObject({ next: '4', failureCode: 'TypeError' });
    const others = (await readTopic(kafka.admin, topic)).filter(
      ({ partition }) => partition !== stopped?.partition,
    ).length;
    await appliedAll(4 + others);
    expect(await readTopic(kafka.admin, `${group}.dlq.v1`)).toEqual([]);
    expect(log.lines.some(({ level, message }) => level === 'error' && /by a bug/.test(message))).toBe(true);
    mended = true;
    await appliedAll(39);
    expect((await store.applied()).filter((text) => text.startsWith('bug'))).toEqual(texts('bug', 9));
    expect(made.health()).toMatchObject({ stoppedByBug: false, deadLetters: 0 });
    expect(alarms).toEqual(['stopped-by-bug', null]);
  });

  it('pauses the partition of a record from a newer release; the others go on', async () => {
    await publish(texts('newer', 30), 'one-key');
    const alarms: (string | null)[] = [];
    const made = await sink({
      metrics: { ...noMetrics, partitionAlarm: ({ alarm }) => alarms.push(alarm) },
      apply: (slice) =>
        store.apply(slice, (text) => {
          if (text === 'newer:00010') throw new PauseUntilUpgrade('SCHEMA_99');
        }),
    });
    await until('the partition pauses', () => made.health().pausedUntilUpgrade);
    expect(alarms).toEqual(['paused-until-upgrade']);
    const paused = made.health().partitions.find((each) => each.state === 'paused-until-upgrade');
    expect(paused).toMatchObject({ next: '10', failureCode: 'SCHEMA_99' });
    expect(await store.applied()).toEqual(texts('newer', 10));
    const others = Array.from({ length: 40 }, (_, at) => ({
      topic,
      key: `other-${at}`,
      value: Buffer.from(`on:${at}`),
    }));
    await router.send(others);
    const all = await readTopic(kafka.admin, topic);
    const elsewhere = all.filter((record) => record.partition !== paused?.partition).length;
    expect(elsewhere).toBeGreaterThan(0);
    await appliedAll(10 + elsewhere);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await store.applied()).toHaveLength(10 + elsewhere);
    expect(await readTopic(kafka.admin, `${group}.dlq.v1`)).toEqual([]);
    await made.stop();
    // After the upgrade the record is readable, and nothing was passed over.
    await sink();
    await appliedAll(70);
    expect(new Set(await store.applied()).size).toBe(70);
  });
});
