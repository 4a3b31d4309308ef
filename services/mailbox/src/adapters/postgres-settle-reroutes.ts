import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { retryRerouteInMs } from '../domain/retry-reroute.ts';
import { wakeThreads } from './postgres-wake-thread.ts';

/** What became of orders that were given. */
export interface SettledReroute {
  readonly outcome: 'DONE' | 'AGAIN' | 'REFUSED';
  /** Why it was not followed: a code of the router's, or that ingest did not take it. */
  readonly code: string | null;
}

/** Settles orders on which the router has decided; answers those. */
export type SettleReroutes = () => Promise<readonly SettledReroute[]>;

interface OrderedRow {
  readonly suspension_id: string;
  readonly delivery_id: string;
  readonly correspondent: string;
  readonly message_id: string;
  readonly attempt: number;
  readonly over: boolean;
  readonly decided: 'ACCEPTED' | 'REFUSED' | null;
  readonly refusal_code: string | null;
}

type Settlement = SettledReroute & { readonly row: OrderedRow; readonly waitMs: number | null };

/**
 * Finds the orders of which the service's own list of what it sent says how the router decided, or that ingest will
 * never take. There are never more unsettled ones than may be ordered at once.
 */
const findDecided = `SELECT r.suspension_id, r.delivery_id, r.correspondent, r.message_id, r.attempt,
    s.ended_at IS NOT NULL AS over, o.state AS decided, coalesce(o.refusal_code, e.last_code) AS refusal_code
  FROM (SELECT * FROM reroute WHERE state = 'ORDERED' ORDER BY ordered_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS r
  JOIN suspension AS s ON s.suspension_id = r.suspension_id
  LEFT JOIN LATERAL (
    SELECT state, refusal_code FROM sent_item WHERE correspondent = $1 AND message_id = r.order_id
    ORDER BY state LIMIT 1) AS o ON true
  LEFT JOIN deadline_errand AS e ON e.errand_id = r.errand_id AND e.failed_at IS NOT NULL
  WHERE o.state IS NOT NULL OR e.errand_id IS NOT NULL`;

/**
 * One transaction. What was taken over is owed here no more, and its holder keeps it: nothing is taken out of an inbox.
 * What was refused stays owed, and escalates to the duty desk as anything that nobody takes care of.
 */
export function createRerouteSettlement(
  pool: Pool,
  options: { serviceCorrespondent: string; mostUnsettled: number },
): SettleReroutes {
  return () =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<OrderedRow>({
        name: 'reroute-decided',
        text: findDecided,
        values: [options.serviceCorrespondent, options.mostUnsettled],
      });
      if (rows.length === 0) return [];
      const settled = rows.map(settle);
      await store(client, settled);
      await wakeThreads(
        client,
        settled.filter(({ outcome }) => outcome !== 'AGAIN').map(({ row }) => row),
      );
      await endDeadlines(
        client,
        settled.filter(({ outcome }) => outcome === 'DONE').map(({ row }) => row),
      );
      return settled.map(({ outcome, code }) => ({ outcome, code }));
    });
}

function settle(row: OrderedRow): Settlement {
  if (row.decided === 'ACCEPTED') return { row, outcome: 'DONE', code: null, waitMs: null };
  const code = row.refusal_code ?? 'unknown';
  const waitMs = row.decided === null || row.over ? null : retryRerouteInMs(code, row.attempt);
  return { row, outcome: waitMs === null ? 'REFUSED' : 'AGAIN', code, waitMs };
}

async function store(client: Client, settled: readonly Settlement[]): Promise<void> {
  await client.query({
    name: 'reroute-settle',
    text: `UPDATE reroute AS r
           SET state = c.state, code = c.code, settled_at = CASE WHEN c.state <> 'WAITING' THEN clock_timestamp() END,
             next_at = clock_timestamp() + coalesce(c.wait_ms, 0) * interval '1 millisecond'
           FROM jsonb_to_recordset($1::jsonb) AS c(suspension_id uuid, delivery_id uuid, state text, code text,
             wait_ms integer)
           WHERE r.suspension_id = c.suspension_id AND r.delivery_id = c.delivery_id`,
    values: [
      JSON.stringify(
        settled.map(({ row, outcome, code, waitMs }) => ({
          suspension_id: row.suspension_id,
          delivery_id: row.delivery_id,
          state: outcome === 'AGAIN' ? 'WAITING' : outcome,
          code,
          wait_ms: waitMs,
        })),
      ),
    ],
  });
}

async function endDeadlines(client: Client, done: readonly OrderedRow[]): Promise<void> {
  if (done.length === 0) return;
  await client.query({
    name: 'reroute-end-deadlines',
    text: `UPDATE deadline AS d SET ended_at = clock_timestamp(), ended_by = 'REROUTED', next_at = NULL
           FROM unnest($1::uuid[], $2::text[]) AS r(message_id, correspondent)
           WHERE d.message_id = r.message_id AND d.correspondent = r.correspondent AND d.ended_at IS NULL
             AND d.kind IN ('ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT')`,
    values: [done.map((each) => each.message_id), done.map((each) => each.correspondent)],
  });
}
