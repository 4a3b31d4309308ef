import { markTransient } from './classify-error.ts';
import type { Queryable } from './pool.ts';

/** One partition of one topic, as one consumer group reads it. Topic names carry no prefix. */
export interface OffsetKey {
  group: string;
  topic: string;
  partition: number;
}

/** SQL of the table of stored offsets; a service puts it into its first migration. */
export const storedOffsetMigration = `CREATE TABLE IF NOT EXISTS stored_offset (
  group_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next bigint NOT NULL CHECK (next >= 0),
  PRIMARY KEY (group_id, topic, partition)
);
`;

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
export async function readOffset(db: Queryable, key: OffsetKey & { logStart: bigint }): Promise<bigint> {
  const identity = [key.group, key.topic, key.partition];
  try {
    const found = await db.query<{ next: string }>(
      'SELECT next FROM stored_offset WHERE group_id = $1 AND topic = $2 AND partition = $3',
      identity,
    );
    const row = found.rows[0];
    if (row !== undefined) return BigInt(row.next);
    // The update that changes nothing makes a row inserted meanwhile by another replica come back too.
    const created = await db.query<{ next: string }>(
      `INSERT INTO stored_offset (group_id, topic, partition, next) VALUES ($1, $2, $3, $4)
       ON CONFLICT (group_id, topic, partition) DO UPDATE SET next = stored_offset.next
       RETURNING next`,
      [...identity, key.logStart.toString()],
    );
    return BigInt(created.rows[0]?.next ?? key.logStart);
  } catch (error) {
    throw markTransient(error);
  }
}

/** Moves the stored offset from `first` to `after` inside the caller's transaction, or throws StaleOffset. */
export async function advanceOffset(
  client: Queryable,
  move: OffsetKey & { first: bigint; after: bigint },
): Promise<void> {
  const { group, topic, partition, first, after } = move;
  const moved = await client.query({
    name: 'advance-stored-offset',
    text: `UPDATE stored_offset SET next = $5
            WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next = $4`,
    values: [group, topic, partition, first.toString(), after.toString()],
  });
  if (moved.rowCount !== 1) throw new StaleOffset({ group, topic, partition });
}
