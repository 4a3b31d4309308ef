import type { Batch, KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from '../record.ts';
import type { FetchedBatch } from './partition-lane.ts';

/** A fetched batch in our terms. `topic` carries no prefix. */
export function readBatch(batch: Batch, topic: string): FetchedBatch {
  let bytes = 0;
  const records = batch.messages.map((message) => {
    const record = readRecord(message, topic, batch.partition);
    bytes += record.value.length + (record.rawKey?.length ?? 0);
    return record;
  });
  return {
    first: fetchedOffset(batch),
    after: BigInt(batch.lastOffset()) + 1n,
    records,
    bytes,
    end: BigInt(batch.highWatermark),
  };
}

function readRecord(message: KafkaMessage, topic: string, partition: number): IncomingRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key === null ? null : message.key.toString('utf8'),
    rawKey: message.key,
    value: message.value ?? Buffer.alloc(0),
    headers: readHeaders(message.headers),
    timestampMs: Number(message.timestamp),
  };
}

function readHeaders(headers: KafkaMessage['headers']): Record<string, Buffer | readonly Buffer[]> {
  const read: Record<string, Buffer | readonly Buffer[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) read[name] = value.map(bytesOf);
    else if (value !== undefined) read[name] = bytesOf(value);
  }
  return read;
}

const bytesOf = (value: Buffer | string): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(value));

/** Where the fetch began, not where its first record lies: in a compacted log these differ. */
function fetchedOffset(batch: Batch): bigint {
  if ('fetchedOffset' in batch && typeof batch.fetchedOffset === 'string') return BigInt(batch.fetchedOffset);
  throw new Error('kafkajs: a batch does not say where its fetch began');
}
