import { markTransient } from './classify-error.ts';
import type { Queryable } from './pool.ts';

/** A record that waits, in the transaction that caused it, for its publication. */
export interface OutboxRow {
  topic: string;
  key: string;
  value: Buffer;
  headers?: Record<string, string>;
}

/** A stored row; `id` rises in the order of insertion. */
export interface StoredOutboxRow extends OutboxRow {
  id: bigint;
  headers: Record<string, string>;
}

/** SQL of the outbox table; a service puts it into its first migration. */
export const outboxMigration = `CREATE TABLE IF NOT EXISTS outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb NOT NULL DEFAULT '{}'
);
`;

/** Refuses a table name that would need quoting, so that it can stand in a statement as it is. */
export function outboxTable(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name))
    throw new Error('the name of an outbox table must be a plain identifier');
  return name;
}

/**
 * Puts rows into the outbox, inside the caller's transaction. Rows about the same thing leave in the order of
 * their commits as long as the caller holds a lock on that thing while it enqueues.
 */
export async function enqueueOutbox(
  client: Queryable,
  rows: readonly OutboxRow[],
  table = 'outbox',
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO ${outboxTable(table)} (topic, key, value, headers)
     SELECT topic, key, value, headers
       FROM unnest($1::text[], $2::text[], $3::bytea[], $4::jsonb[])
            WITH ORDINALITY AS row (topic, key, value, headers, position)
      ORDER BY position`,
    [
      rows.map((row) => row.topic),
      rows.map((row) => row.key),
      rows.map((row) => row.value),
      rows.map((row) => JSON.stringify(row.headers ?? {})),
    ],
  );
}

interface StoredRow {
  id: string;
  topic: string;
  key: string;
  value: Buffer;
  headers: Record<string, string>;
}

/** The oldest rows of the outbox, bounded by count and by bytes; at least one if there is any. */
export async function oldestOutboxRows(
  client: Queryable,
  table: string,
  bounds: { maxRows: number; maxBytes: number },
): Promise<StoredOutboxRow[]> {
  const found = await client.query<StoredRow>(
    `SELECT id, topic, key, value, headers
       FROM (SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before
               FROM (SELECT * FROM ${outboxTable(table)} ORDER BY id LIMIT $1) AS oldest) AS measured
      WHERE bytes_before < $2
      ORDER BY id`,
    [bounds.maxRows, bounds.maxBytes],
  );
  return found.rows.map((row) => ({ ...row, id: BigInt(row.id) }));
}

/** Removes published rows. */
export async function deleteOutboxRows(
  client: Queryable,
  table: string,
  rows: readonly StoredOutboxRow[],
): Promise<void> {
  await client.query(`DELETE FROM ${outboxTable(table)} WHERE id = ANY($1::bigint[])`, [
    rows.map((row) => row.id.toString()),
  ]);
}

/** Whether anything waits; the cheap question of an idle relay. */
export async function outboxHasRows(db: Queryable, table: string): Promise<boolean> {
  try {
    const found = await db.query<{ waiting: boolean }>(
      `SELECT EXISTS (SELECT FROM ${outboxTable(table)}) AS waiting`,
    );
    return found.rows[0]?.waiting === true;
  } catch (error) {
    throw markTransient(error);
  }
}
