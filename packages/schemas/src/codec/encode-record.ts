import type avsc from 'avsc';
import type { RecordByName } from '../generated/records.ts';
import type { RecordName } from '../record-names.ts';
import { judgeContent } from './judge-content.ts';
import { type SchemaTable, schemaTable } from './schema-table.ts';

/** A value that its schema does not allow. It names the field, never what stood in it. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  readonly record: RecordName;
  readonly reason: string;

  constructor(record: RecordName, reason: string) {
    super(`${record} cannot be encoded: ${reason}`);
    this.record = record;
    this.reason = reason;
  }
}

const headerLength = 5;
const largestKeptPool = 4 * 1_048_576;

// One buffer for all: encoding is synchronous, and what leaves is a copy, because the client keeps it.
let pool = Buffer.allocUnsafeSlow(65_536);

/** Encodes records for every release that knows the version written. */
export type Encode = <N extends RecordName>(record: N, value: RecordByName[N]) => Buffer;

/** Makes the encoder of a release from its versions. */
export function createEncoder(table: SchemaTable): Encode {
  return (record, value) => {
    const version = table.written(record);
    const type = table.typeOf(version);
    if (judgeContent(record, value) !== 'known') throw new EncodeError(record, 'kind and body do not agree');
    let buffer = pool;
    let end: number;
    try {
      end = type.encode(value, buffer, headerLength);
      if (end < 0) {
        buffer = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(buffer.length - end)));
        if (buffer.length <= largestKeptPool) pool = buffer;
        end = type.encode(value, buffer, headerLength);
      }
    } catch {
      throw new EncodeError(record, `invalid ${invalidPath(type, value)}`);
    }
    // A record beyond its bounds would be poison to every reader, after its sender was told it is safe.
    if (table.readerOf(version).measure(buffer, headerLength) !== end) {
      throw new EncodeError(record, 'beyond its bounds');
    }
    buffer[0] = 0;
    buffer.writeInt32BE(version.id, 1);
    return Buffer.from(buffer.subarray(0, end));
  };
}

/** Encodes a record in the version that this release writes: 0x00, the id in four bytes, Avro. */
export const encode: Encode = createEncoder(schemaTable);

function invalidPath(type: avsc.Type, value: unknown): string {
  let found = '(unknown field)';
  type.isValid(value, {
    errorHook: (path) => {
      found = path.join('.');
    },
  });
  return found;
}
