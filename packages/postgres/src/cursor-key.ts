import type { Queryable } from './pool.ts';

/** The key under which all replicas of a service seal the cursors of its lists; a migration of the service made it. */
export async function readCursorKey(db: Queryable): Promise<Buffer> {
  const { rows } = await db.query<{ key: Buffer }>('SELECT key FROM cursor_key');
  const key = rows[0]?.key;
  if (key === undefined) throw new Error('there is no cursor key: the migrations did not run');
  return key;
}
