import type { Queryable } from '@chappe/postgres';
import type { KeptDeadline } from '../domain/show-deadlines.ts';

interface DeadlineRow {
  readonly kind: KeptDeadline['kind'];
  readonly correspondent: string;
  readonly message_id: string;
  readonly due_at: Date;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
  readonly steps: readonly KeptDeadline['events'][number]['step'][];
  readonly step_times: readonly Date[];
}

/** Everything that is or was owed about some messages, whoever owes it, with what happened about it in its order. */
export async function readDeadlines(
  db: Queryable,
  messageIds: readonly string[],
): Promise<readonly KeptDeadline[]> {
  const { rows } = await db.query<DeadlineRow>({
    name: 'deadlines-of-messages',
    text: `SELECT d.kind, d.correspondent, d.message_id, d.due_at, d.ended_at, d.ended_by, e.steps, e.step_times
           FROM deadline AS d
           CROSS JOIN LATERAL (
             SELECT coalesce(array_agg(step ORDER BY at, step, number), '{}') AS steps,
               coalesce(array_agg(at ORDER BY at, step, number), '{}') AS step_times
             FROM deadline_event WHERE deadline_id = d.deadline_id) AS e
           WHERE d.message_id = ANY ($1::uuid[])
           ORDER BY d.message_id, d.correspondent, d.due_at, d.kind`,
    values: [[...new Set(messageIds)]],
  });
  return rows.map((row) => ({
    kind: row.kind,
    correspondent: row.correspondent,
    messageId: row.message_id,
    dueAtMs: row.due_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? null,
    endedBy: row.ended_by,
    events: row.steps.map((step, index) => ({ step, atMs: row.step_times[index]?.getTime() ?? 0 })),
  }));
}
