import { headerText, type IncomingRecord, type RawHeaders } from '../../record.ts';

/** What the headers of a dead letter say of the record that it holds. */
export interface LetterHeaders {
  /** The group whose sink gave the record up. */
  readonly group: string;
  /** Why it did: a code, never a value. */
  readonly code: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
}

const ownHeader = /^(?:kafka_dlt-|chappe-keyless$)/;

/** Reads the headers that `deadLetterOf` wrote; undefined when they are not those of a dead letter. */
export function readLetterHeaders(headers: RawHeaders): LetterHeaders | undefined {
  const group = headerText(headers, 'kafka_dlt-original-consumer-group');
  const topic = headerText(headers, 'kafka_dlt-original-topic');
  const partition = firstBytes(headers, 'kafka_dlt-original-partition', 4)?.readInt32BE();
  const offset = firstBytes(headers, 'kafka_dlt-original-offset', 8)?.readBigInt64BE();
  const timestamp = firstBytes(headers, 'kafka_dlt-original-timestamp', 8)?.readBigInt64BE();
  if (group === undefined || topic === undefined) return undefined;
  if (partition === undefined || offset === undefined || timestamp === undefined) return undefined;
  const code = headerText(headers, 'kafka_dlt-exception-message') ?? 'UNNAMED';
  return { group, code, topic, partition, offset, timestampMs: Number(timestamp) };
}

/** The record as its sink first read it: its bytes, place, time and headers, and no key if it had none. */
export function restoreRecord(letter: IncomingRecord, at: LetterHeaders): IncomingRecord {
  const keyless = headerText(letter.headers, 'chappe-keyless');
  const rawKey = keyless === undefined ? letter.rawKey : keyless === 'empty' ? Buffer.alloc(0) : null;
  return {
    topic: at.topic,
    partition: at.partition,
    offset: at.offset,
    key: rawKey === null ? null : rawKey.toString('utf8'),
    rawKey,
    value: letter.value,
    headers: Object.fromEntries(Object.entries(letter.headers).filter(([name]) => !ownHeader.test(name))),
    timestampMs: at.timestampMs,
  };
}

function firstBytes(headers: RawHeaders, name: string, length: number): Buffer | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return Buffer.isBuffer(first) && first.length === length ? first : undefined;
}
