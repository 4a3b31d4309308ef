import type { Queryable } from './pool.ts';

/** One partition of one topic, as one consumer group reads it. Topic names carry no prefix. */
export interface OffsetKey {
  group: string;
  topic: string;
  partition: number;
}

/** SQL of the table of stored offsets; a service copies it into its first migration, or passes it on. */
export const storedOffsetMigration = `CREATE TABLE IF NOT EXISTS stored_offset (
  group_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next bigint NOT NULL CHECK (next >= 0),
  PRIMARY KEY (group_id, topic, partition)
);`;

/** The stored offset is not where this slice began: someone else has moved it. Roll back, read, seek. */
export class StaleOffset extends Error {
  override readonly name = 'StaleOffset';
  readonly key: OffsetKey;

  constructor(key: OffsetKey) {
    super(`stored offset of ${key.group} on ${key.topic}/${key.partition} has moved`);
    this.key = key;
  }
}

/** Where to read next; the first read creates the row at `logStart`. */
export async function readOffset(_db: Queryable, _key: OffsetKey & { logStart: bigint }): Promise<bigint> {
  throw new Error('not implemented');
}

/** Moves the stored offset from `first` to `after` inside the caller's transaction, or throws StaleOffset. */
export async function advanceOffset(
  _client: Queryable,
  _move: OffsetKey & { first: bigint; after: bigint },
): Promise<void> {
  throw new Error('not implemented');
}
