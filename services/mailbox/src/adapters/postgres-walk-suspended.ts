import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { followsUp, isPending } from '../domain/judge-pending.ts';
import type { ReceiptStage } from '../domain/receipt-state.ts';

/** Looks through the next part of one suspended inbox; answers how many of its numbers it passed, null when none is due. */
export type WalkSuspended = () => Promise<number | null>;

interface SuspensionRow {
  readonly suspension_id: string;
  readonly correspondent: string;
  readonly walked_to: string;
}

interface ItemRow {
  readonly number: string;
  readonly delivery_id: string;
  readonly message_id: string;
  readonly thread_id: string;
  readonly role: string;
  readonly kind: string;
  readonly status: string;
  readonly receipt_stage: ReceiptStage;
  readonly recalled: boolean;
  readonly withdrawn: boolean;
}

/** Touches as many rows as the range has numbers, however full the inbox and whatever became of them. */
export const itemsInRange = `SELECT number, delivery_id, message_id, thread_id, role, kind, status, receipt_stage,
    recalled_by IS NOT NULL AS recalled, withdrawn
  FROM inbox_item WHERE correspondent = $1 AND number > $2 AND number <= $3 ORDER BY number`;

/**
 * One transaction: takes a suspension that no other replica looks after, notes down what nobody acted on between two
 * numbers, and how far it came. A process that dies before the commit has noted nothing down.
 */
export function createSuspendedWalk(pool: Pool, options: { span: number }): WalkSuspended {
  return () =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<SuspensionRow>({
        name: 'suspension-claim',
        text: `SELECT suspension_id, correspondent, walked_to FROM suspension
               WHERE ended_at IS NULL AND next_at <= (SELECT clock_timestamp())
               ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      });
      const [suspension] = rows;
      if (suspension === undefined) return null;
      const from = Number(suspension.walked_to);
      const last = await lastNumber(client, suspension.correspondent);
      const to = Math.min(last, from + options.span);
      if (to > from) await note(client, suspension, from, to);
      await client.query({
        name: 'suspension-walked',
        // What is on its way still comes in soon or hardly ever: a look costs nothing, many would.
        text: `UPDATE suspension SET walked_to = $2, next_at = clock_timestamp() + CASE WHEN $3 THEN interval '0'
                 ELSE least(interval '1 minute', greatest(interval '1 second', (clock_timestamp() - started_at) / 20))
               END
               WHERE suspension_id = $1`,
        values: [suspension.suspension_id, Math.max(from, to), to < last],
      });
      return Math.max(0, to - from);
    });
}

async function lastNumber(client: Client, correspondent: string): Promise<number> {
  const { rows } = await client.query<{ last_number: string }>({
    name: 'suspension-last-number',
    text: 'SELECT last_number FROM inbox_counter WHERE correspondent = $1',
    values: [correspondent],
  });
  return Number(rows[0]?.last_number ?? 0);
}

async function note(
  client: Client,
  { suspension_id, correspondent }: SuspensionRow,
  from: number,
  to: number,
): Promise<void> {
  const { rows } = await client.query<ItemRow>({
    name: 'suspension-items',
    text: itemsInRange,
    values: [correspondent, from, to],
  });
  const pending = rows.filter((row) => isPending({ ...row, stage: row.receipt_stage }));
  if (pending.length === 0) return;
  const noted = pending.map(({ delivery_id, message_id, thread_id, number, kind }) => ({
    ...{ suspension_id, correspondent, delivery_id, message_id, thread_id, number },
    follows: followsUp(kind),
  }));
  await client.query({
    name: 'reroute-note',
    text: `INSERT INTO reroute (suspension_id, delivery_id, correspondent, number, message_id, thread_id, follows)
           SELECT suspension_id, delivery_id, correspondent, number, message_id, thread_id, follows
           FROM jsonb_to_recordset($1::jsonb) AS n(suspension_id uuid, delivery_id uuid, correspondent text,
             number bigint, message_id uuid, thread_id uuid, follows boolean)
           ON CONFLICT DO NOTHING`,
    values: [JSON.stringify(noted)],
  });
}
