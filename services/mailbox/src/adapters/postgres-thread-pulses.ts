import type { Queryable } from '@chappe/postgres';

/**
 * For each thread a word that changes with every delivery, receipt and recall in it, and with every reminder, escalation,
 * end and new date of what is owed about its messages: one statement for all.
 */
export function createPulseReader(
  db: Queryable,
): (threadIds: readonly string[]) => Promise<ReadonlyMap<string, string>> {
  return async (threadIds) => {
    const { rows } = await db.query<{ thread_id: string; pulse: string }>({
      name: 'thread-pulses',
      text: `SELECT i.thread_id, i.pulse || '.' || coalesce(o.pulse, '') AS pulse
             FROM (
               SELECT thread_id, count(*) || '.' || sum(receipt_version) || '.' || count(recalled_by) AS pulse,
                 array_agg(DISTINCT message_id) AS message_ids
               FROM inbox_item WHERE thread_id = ANY ($1::uuid[]) GROUP BY thread_id) AS i
             CROSS JOIN LATERAL (
               SELECT md5(string_agg(concat_ws(' ', deadline_id, due_at, ended_at, reminded, escalated), ','
                 ORDER BY deadline_id)) AS pulse
               FROM deadline WHERE message_id = ANY (i.message_ids)) AS o`,
      values: [threadIds],
    });
    return new Map(rows.map((row) => [row.thread_id, row.pulse]));
  };
}
