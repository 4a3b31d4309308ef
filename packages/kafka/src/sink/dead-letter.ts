import { deadLetterTopic } from '@chappe/schemas';
import type { IncomingRecord, OutgoingRecord } from '../record.ts';

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

/**
 * The dead letter of a record: its bytes unchanged, and the headers that Spring's DeadLetterPublishingRecoverer
 * writes, in its encodings, so that its tools read them. The message is a code, never a value.
 */
export function deadLetterOf(record: IncomingRecord, group: string, code: string): OutgoingRecord {
  const key = record.rawKey !== null && record.rawKey.length > 0 ? record.rawKey : undefined;
  return {
    topic: deadLetterTopic(group),
    key: key ?? 'keyless',
    value: record.value,
    headers: {
      ...record.headers,
      ...(key !== undefined ? {} : { 'chappe-keyless': record.rawKey === null ? 'true' : 'empty' }),
      'kafka_dlt-original-topic': record.topic,
      'kafka_dlt-original-partition': int32(record.partition),
      'kafka_dlt-original-offset': int64(record.offset),
      'kafka_dlt-original-timestamp': int64(BigInt(record.timestampMs)),
      'kafka_dlt-original-timestamp-type': 'LogAppendTime',
      'kafka_dlt-original-consumer-group': group,
      'kafka_dlt-exception-fqcn': 'chappe.PoisonRecord',
      'kafka_dlt-exception-message': code,
    },
  };
}
