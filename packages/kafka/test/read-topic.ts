import type { KafkaMessage } from 'kafkajs';
import type { Log } from '../src/log.ts';
import { openClient } from '../src/open-client.ts';
import type { KafkaSettings } from '../src/settings.ts';

/** A log that keeps its lines, so that a test can look at them. */
export function recordingLog(): Log & { lines: { level: string; message: string; fields: object }[] } {
  const lines: { level: string; message: string; fields: object }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** One record of a topic, as a consumer that knows nothing of this package sees it. */
export interface ReadRecord {
  partition: number;
  offset: bigint;
  key: string;
  value: Buffer;
  headers: KafkaMessage['headers'];
}

/** Reads a topic (named without prefix) from its beginning to its present end, by partition and offset. */
export async function readTopic(admin: KafkaSettings, topic: string): Promise<ReadRecord[]> {
  const name = admin.topicPrefix + topic;
  const kafka = openClient(admin, { log: recordingLog() });
  const client = kafka.admin();
  await client.connect();
  const ends = await client.fetchTopicOffsets(name);
  await client.disconnect();
  const missing = new Map(ends.map((end) => [end.partition, BigInt(end.high) - BigInt(end.low)]));
  const total = [...missing.values()].reduce((sum, count) => sum + count, 0n);
  const records: ReadRecord[] = [];
  if (total === 0n) return records;
  const consumer = kafka.consumer({
    groupId: `${admin.topicPrefix}read-${Math.random()}`,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: name, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const runs = consumer.run({
      eachMessage: async ({ partition, message }) => {
        records.push({
          partition,
          offset: BigInt(message.offset),
          key: message.key?.toString() ?? '',
          value: message.value ?? Buffer.alloc(0),
          headers: message.headers,
        });
        if (BigInt(records.length) >= total) resolve();
      },
    });
    runs.catch(reject);
  });
  await consumer.disconnect();
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

/** Waits until `check` is true, with the reason to show when it never is. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
