import { randomUUID } from 'node:crypto';
import { deadLetterGroupPrefix, type ServiceName } from '@chappe/schemas';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { answeringFirst } from '../../answering-first.ts';
import { disconnectQuietly } from '../../disconnect-quietly.ts';
import type { Log } from '../../log.ts';
import { clientRetry, openClient } from '../../open-client.ts';
import type { IncomingRecord } from '../../record.ts';
import type { KafkaSettings } from '../../settings.ts';
import type { LogBounds } from '../log-bounds.ts';
import { readBatch } from '../read-batch.ts';

/** Offsets of one partition to read: from `from` up to, but without, `until`. Topics carry no prefix. */
export interface LetterRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly until: bigint;
}

/** Reads dead letters, at whatever place and as often as is asked. */
export interface LetterReader {
  /** The bounds of every partition of these topics, by `topic/partition`. */
  bounds(topics: readonly string[]): Promise<ReadonlyMap<string, LogBounds>>;
  /** Calls `take` for each record of the ranges, each range in its order; rejects when it takes too long. */
  read(ranges: readonly LetterRange[], take: (letter: IncomingRecord) => void): Promise<void>;
}

/** The broker did not hand over what it says it has, in the time given. */
export class LettersNotRead extends Error {
  override readonly name = 'LettersNotRead';
  readonly code = 'LETTERS_NOT_READ';
  readonly transient = true;
}

const sessionTimeoutMs = 10_000;

/**
 * A consumer for the time of one reading, in a new group under the service's own prefix: kafkajs cannot read
 * without a group, and two readings in one group would take each other's partitions. It commits nothing, so
 * that the broker forgets the group.
 */
export function createLetterReader(
  settings: KafkaSettings,
  options: { service: ServiceName; timeoutMs: number; log: Log },
): LetterReader {
  const { log, timeoutMs } = options;
  const prefixed = (topic: string): string => settings.topicPrefix + topic;
  const unprefixed = (topic: string): string => topic.slice(settings.topicPrefix.length);

  return {
    async bounds(topics) {
      const admin = openClient(await answeringFirst(settings, log), { log }).admin();
      try {
        await admin.connect();
        const bounds = new Map<string, LogBounds>();
        for (const topic of topics) {
          for (const { partition, low, high } of await admin.fetchTopicOffsets(prefixed(topic))) {
            bounds.set(`${topic}/${partition}`, { start: BigInt(low), end: BigInt(high) });
          }
        }
        return bounds;
      } finally {
        await disconnectQuietly(admin, log);
      }
    },
    async read(ranges, take) {
      const wanted = ranges.filter(({ from, until }) => from < until);
      if (wanted.length === 0) return;
      const consumer = openClient(await answeringFirst(settings, log), { log }).consumer({
        groupId: `${prefixed(deadLetterGroupPrefix(options.service))}${randomUUID()}`,
        sessionTimeout: sessionTimeoutMs,
        maxWaitTimeInMs: 200,
        minBytes: 1,
        maxBytesPerPartition: 1024 * 1024,
        allowAutoTopicCreation: false,
        retry: { ...clientRetry, retries: 2, restartOnFailure: async () => false },
      });
      try {
        await consumer.connect();
        await within(timeoutMs, consume(consumer, wanted, take));
      } finally {
        await disconnectQuietly(consumer, log);
      }
    },
  };

  async function consume(
    consumer: Consumer,
    ranges: readonly LetterRange[],
    take: (letter: IncomingRecord) => void,
  ): Promise<void> {
    const plan = planOf(ranges);
    const done = Promise.withResolvers<void>();
    consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
        for (const partition of partitions) proceed(topic, partition, null);
      }
    });

    /** Goes to what is still to be read of a partition, or lets it rest. */
    function proceed(topic: string, partition: number, next: bigint | null): void {
      const range = plan.get(`${unprefixed(topic)}/${partition}`)?.[0];
      if (range === undefined) consumer.pause([{ topic, partitions: [partition] }]);
      else if (range.from !== next) consumer.seek({ topic, partition, offset: range.from.toString() });
    }

    async function eachBatch({ batch }: EachBatchPayload): Promise<void> {
      const place = `${unprefixed(batch.topic)}/${batch.partition}`;
      const left = plan.get(place) ?? [];
      const { records, after } = readBatch(batch, unprefixed(batch.topic));
      for (const record of records) {
        pass(left, record.offset);
        const [range] = left;
        if (range === undefined || record.offset < range.from) continue;
        take(record);
        range.from = record.offset + 1n;
      }
      pass(left, after);
      if (left.length === 0) plan.delete(place);
      if (plan.size === 0) done.resolve();
      else proceed(batch.topic, batch.partition, after);
    }

    await consumer.subscribe({
      topics: [...new Set(ranges.map(({ topic }) => prefixed(topic)))],
      fromBeginning: true,
    });
    await consumer.run({ autoCommit: false, eachBatch });
    await done.promise;
  }
}

/** Drops the ranges that end at or before an offset. */
function pass(left: { until: bigint }[], offset: bigint): void {
  while (left[0] !== undefined && offset >= left[0].until) left.shift();
}

function planOf(ranges: readonly LetterRange[]): Map<string, { from: bigint; until: bigint }[]> {
  const plan = new Map<string, { from: bigint; until: bigint }[]>();
  for (const { topic, partition, from, until } of ranges.toSorted((a, b) => Number(a.from - b.from))) {
    const place = `${topic}/${partition}`;
    plan.set(place, [...(plan.get(place) ?? []), { from, until }]);
  }
  return plan;
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LettersNotRead('dead letters not read in time')), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Whatever comes of it after the time is up interests nobody.
    work.catch(() => undefined);
  }
}
