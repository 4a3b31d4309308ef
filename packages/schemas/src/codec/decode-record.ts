import type { RecordByName } from '../generated/records.ts';
import type { RecordName } from '../record-names.ts';
import { judgeContent } from './judge-content.ts';
import { type SchemaTable, schemaTable } from './schema-table.ts';

/** Why bytes can never be read: a dead letter, and the partition goes on. */
export type PoisonCode = 'BAD_FRAMING' | 'UNKNOWN_SCHEMA' | 'WRONG_RECORD' | 'UNDECODABLE';

/** What became of bytes. `newer` is news from a later release: the partition pauses until this one is upgraded. */
export type DecodeResult<T> =
  | { readonly status: 'decoded'; readonly value: T; readonly schemaId: number }
  | { readonly status: 'newer'; readonly schemaId: number }
  | { readonly status: 'poison'; readonly code: PoisonCode };

const headerLength = 5;
/** How far above the highest known id a later release may plausibly be. */
const newerIdRange = 1_000;

/** Decodes records framed by any release. */
export type Decode = <N extends RecordName>(record: N, bytes: Buffer) => DecodeResult<RecordByName[N]>;

/** Makes the decoder of a release from its versions. */
export function createDecoder(table: SchemaTable): Decode {
  return <N extends RecordName>(record: N, bytes: Buffer): DecodeResult<RecordByName[N]> => {
    if (bytes.length < headerLength || bytes[0] !== 0) return poison('BAD_FRAMING');
    const schemaId = bytes.readInt32BE(1);
    const version = table.byId(schemaId);
    if (version === undefined) {
      const plausible = schemaId > table.highestId && schemaId <= table.highestId + newerIdRange;
      return plausible ? { status: 'newer', schemaId } : poison('UNKNOWN_SCHEMA');
    }
    if (version.record !== record) return poison('WRONG_RECORD');
    const { measure, reader, resolver } = table.readerOf(version);
    if (measure(bytes, headerLength) !== bytes.length) return poison('UNDECODABLE');
    let value: RecordByName[N];
    try {
      value = reader.decode(bytes, headerLength, resolver).value;
    } catch {
      return poison('UNDECODABLE');
    }
    const verdict = judgeContent(record, value);
    if (verdict === 'newer') return { status: 'newer', schemaId };
    return verdict === 'known' ? { status: 'decoded', value, schemaId } : poison('UNDECODABLE');
  };
}

/** Decodes a framed record into the newest version that this release knows. It never throws and never trusts a length. */
export const decode: Decode = createDecoder(schemaTable);

function poison(code: PoisonCode): { readonly status: 'poison'; readonly code: PoisonCode } {
  return { status: 'poison', code };
}
