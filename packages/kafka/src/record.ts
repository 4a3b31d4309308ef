/** Headers as they are on the wire; a name may come several times. */
export type RawHeaders = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** A record to publish. `topic` carries no prefix; the key decides the partition and is never empty. */
export interface OutgoingRecord {
  topic: string;
  key: string | Buffer;
  value: Buffer;
  headers?: Readonly<Record<string, string | Buffer | readonly Buffer[]>>;
}

/** Why records surely were not written. */
export type RefusalReason = 'queue-full' | 'stopped' | 'too-large' | 'unauthorised' | 'expired' | 'keyless';

/** The fate of one `send`: all of it acknowledged, surely none of it written, or nobody knows. */
export type SendOutcome =
  | { status: 'acknowledged' }
  | { status: 'refused'; reason: RefusalReason }
  | { status: 'unknown'; reason: string };

/** A record as it was read. `topic` carries no prefix; `timestampMs` is when the broker appended it. */
export interface IncomingRecord {
  topic: string;
  partition: number;
  offset: bigint;
  key: string | null;
  rawKey: Buffer | null;
  value: Buffer;
  headers: RawHeaders;
  timestampMs: number;
}

/**
 * Consecutive records of one partition: apply all of them and move the stored offset from `first` to
 * `after` in one transaction. `records` may be empty: then only the offset moves.
 */
export interface Slice {
  topic: string;
  partition: number;
  records: readonly IncomingRecord[];
  first: bigint;
  after: bigint;
}

/**
 * Records of one partition to apply in one transaction, and how the stored offset moves with them. A slice moves
 * it; a replayed dead letter moves none, since its partition has long gone on.
 */
export interface RecordsToApply {
  topic: string;
  partition: number;
  records: readonly IncomingRecord[];
  move: { first: bigint; after: bigint } | null;
}

/** A slice as what it asks to apply. */
export function applicationOf({ topic, partition, records, first, after }: Slice): RecordsToApply {
  return { topic, partition, records, move: { first, after } };
}

/** The first value of a header as text. */
export function headerText(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return Buffer.isBuffer(first) ? first.toString('utf8') : undefined;
}
