import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { disconnectQuietly } from '../disconnect-quietly.ts';
import type { Log } from '../log.ts';

/** Where the log of one partition begins, and the offset after its last record. */
export interface LogBounds {
  start: bigint;
  end: bigint;
}

/** The stored offset is outside the log: records were lost, or the topic is another one. */
export class StoredOffsetOutsideLog extends Error {
  override readonly name = 'StoredOffsetOutsideLog';
  readonly code = 'STORED_OFFSET_OUTSIDE_LOG';
  /** Written for operators: no content. */
  readonly loggable = true;

  constructor(at: { group: string; topic: string; partition: number; next: bigint }, bounds: LogBounds) {
    const where = at.next < bounds.start ? 'before its start' : 'behind its end';
    super(
      `${at.group} should read ${at.topic}/${at.partition} from ${at.next}, ${where} (the log holds ` +
        `${bounds.start} to ${bounds.end}): restore or rebuild before it may go on`,
    );
  }
}

/** Asks the brokers for the bounds of every partition of some topics, named with their prefix. */
export async function readLogBounds(
  kafka: Kafka,
  topics: readonly string[],
  log: Log,
): Promise<(topic: string, partition: number) => LogBounds | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const bounds = new Map<string, LogBounds>();
    for (const topic of topics) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        bounds.set(`${topic}/${partition}`, { start: BigInt(low), end: BigInt(high) });
      }
    }
    return (topic, partition) => bounds.get(`${topic}/${partition}`);
  } finally {
    await disconnectQuietly(admin, log);
  }
}

/**
 * Repeats `check` while the end of the log lies before the stored offset: a new leader may still have to learn
 * how far the log is committed. A start behind the stored offset never moves back.
 */
export async function boundsAround(
  next: bigint,
  check: () => Promise<LogBounds>,
  waitMs = 500,
  tries = 6,
): Promise<LogBounds> {
  let bounds = await check();
  for (let attempt = 1; attempt < tries && next > bounds.end; attempt += 1) {
    await sleep(waitMs * attempt);
    bounds = await check();
  }
  return bounds;
}
