import type { Queryable } from '@chappe/postgres';

/** For each thread a word that changes with every delivery, receipt and recall in it: one statement for all. */
export function createPulseReader(
  db: Queryable,
): (threadIds: readonly string[]) => Promise<ReadonlyMap<string, string>> {
  return async (threadIds) => {
    const { rows } = await db.query<{ thread_id: string; pulse: string }>({
      name: 'thread-pulses',
      text: `SELECT thread_id, count(*) || '.' || sum(receipt_version) || '.' || count(recalled_by) AS pulse
             FROM inbox_item WHERE thread_id = ANY ($1::uuid[]) GROUP BY thread_id`,
      values: [threadIds],
    });
    return new Map(rows.map((row) => [row.thread_id, row.pulse]));
  };
}
