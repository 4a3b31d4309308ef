import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import type { Channels } from '../domain/asked-terms.ts';
import { judgeDeadlines, judgedKinds } from './postgres-judge-deadlines.ts';

/** What one round did. */
export interface Review {
  /** How many threads were looked at; as many as the batch allows means that more may wait. */
  readonly claimed: number;
  /** Threads in which something ended or moved. */
  readonly threadIds: readonly string[];
}

/** Looks at threads in which something was said, at most a batch of them. */
export type ReviewThreads = (channels: Channels) => Promise<Review>;

/** Pauses of one second that double: the last is twelve days, by then a delivery has left its topic. */
const mostLooks = 21;

/**
 * What was said may arrive before what it bears on: a thread is looked at again after pauses that double, so that what
 * arrives late is judged after at most as long again. Until then nobody is told anything wrong: before a reminder or
 * an escalation the sweep judges by the same rule.
 */
export function createThreadReview(pool: Pool, { batch }: { batch: number }): ReviewThreads {
  return (channels) =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ thread_id: string }>({
        name: 'review-claim',
        text: `SELECT thread_id FROM thread_review WHERE next_look_at <= (SELECT clock_timestamp())
               ORDER BY next_look_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
        values: [batch],
      });
      const claimed = rows.map((row) => row.thread_id);
      if (claimed.length === 0) return { claimed: 0, threadIds: [] };
      const { locked, busy } = await lockOpenDeadlines(client, claimed);
      const { threadIds } = await judgeDeadlines(client, locked, channels);
      await client.query({
        name: 'review-done',
        text: `UPDATE thread_review AS t SET
                 looks = CASE WHEN t.thread_id = ANY ($2::uuid[]) THEN t.looks ELSE t.looks + 1 END,
                 next_look_at = CASE WHEN t.thread_id = ANY ($2::uuid[]) THEN clock_timestamp() + interval '1 second'
                   WHEN t.looks < ${mostLooks} THEN clock_timestamp() + 2 ^ t.looks * interval '1 second' END
               WHERE t.thread_id = ANY ($1::uuid[])`,
        values: [claimed, busy],
      });
      return { claimed: claimed.length, threadIds };
    });
}

/** Never waits for whoever works on a deadline: its thread is looked at again in a moment. */
async function lockOpenDeadlines(
  client: Client,
  threadIds: readonly string[],
): Promise<{ locked: readonly string[]; busy: readonly string[] }> {
  const open = await client.query<{ deadline_id: string; thread_id: string }>({
    name: 'review-open',
    text: `SELECT d.deadline_id, x.thread_id FROM inbox_item AS x
           JOIN deadline AS d ON d.message_id = x.message_id AND d.correspondent = x.correspondent
           WHERE x.thread_id = ANY ($1::uuid[]) AND x.role <> 'NOTICE' AND d.ended_at IS NULL AND d.kind = ANY ($2)`,
    values: [threadIds, judgedKinds],
  });
  const locked = await client.query<{ deadline_id: string }>({
    name: 'review-lock',
    text: `SELECT deadline_id FROM deadline WHERE deadline_id = ANY ($1::uuid[])
           ORDER BY deadline_id FOR UPDATE SKIP LOCKED`,
    values: [open.rows.map((row) => row.deadline_id)],
  });
  const held = new Set(locked.rows.map((row) => row.deadline_id));
  const busy = open.rows.filter((row) => !held.has(row.deadline_id)).map((row) => row.thread_id);
  return { locked: [...held], busy: [...new Set(busy)] };
}
