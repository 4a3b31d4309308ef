import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { deriveId, deriveMessageId, laneFrom, type Message } from '@chappe/schemas';
import { composeReroute } from '../domain/compose-reroute.ts';
import { judgePending } from '../domain/judge-pending.ts';
import type { ReceiptStage } from '../domain/receipt-state.ts';
import { decodeContent } from './postgres-inbox.ts';
import { behind, wakeThreads } from './postgres-wake-thread.ts';

/** Orders what waits to be taken over, a bounded number of it; answers how many it has looked at. */
export type OrderReroutes = () => Promise<number>;

interface WaitingRow {
  readonly suspension_id: string;
  readonly delivery_id: string;
  readonly correspondent: string;
  readonly attempt: number;
  readonly started_at: Date;
  readonly over: boolean;
  readonly behind: boolean;
  readonly companion_acted_on: boolean;
  readonly answered: boolean;
  readonly closed: boolean;
  readonly now: Date;
  readonly role: string;
  readonly kind: string;
  readonly lane: Parameters<typeof laneFrom>[0];
  readonly status: string;
  readonly receipt_stage: ReceiptStage;
  readonly recalled: boolean;
  readonly withdrawn: boolean;
  readonly content: Buffer | null;
}

/** How a row goes on; an order with what posts it. */
interface Change {
  readonly suspension_id: string;
  readonly delivery_id: string;
  readonly state: 'WAITING' | 'ORDERED' | 'DROPPED';
  readonly waitMs?: number;
  readonly code?: string;
  readonly about_id?: string;
  readonly order_id?: string;
  readonly errand?: { readonly errand_id: string; readonly payload: object };
}

/** It is woken once what goes before it in its thread is settled; a row of a newer release waits until it can be read. */
const behindMs = 60_000;
const unreadableMs = 60_000;

/**
 * What waits is taken in the order of its moments, so that the head of an index is read. What its thread is for, its
 * receipts and its content are looked at now, since days may have passed since it was noted down. What one decision brings
 * to one correspondent is one beside the other in its log, and so in its inbox.
 */
export const claimWaiting = `SELECT r.suspension_id, r.delivery_id, r.correspondent, r.attempt, s.started_at,
    s.ended_at IS NOT NULL AS over, clock_timestamp() AS now,
    (SELECT e.delivery_id FROM reroute AS e
      WHERE e.suspension_id = r.suspension_id AND e.thread_id = r.thread_id AND e.state IN ('WAITING', 'ORDERED')
      ORDER BY e.follows, e.number LIMIT 1) <> r.delivery_id AS behind,
    EXISTS (SELECT FROM inbox_item AS o
      WHERE o.correspondent = r.correspondent AND o.number BETWEEN r.number - 8 AND r.number + 8
        AND o.decision_id = x.decision_id AND o.delivery_id <> r.delivery_id AND o.role = 'ACTION'
        AND o.receipt_stage NOT IN ('DELIVERED', 'READ')) AS companion_acted_on,
    EXISTS (SELECT FROM deadline_settlement AS d
      WHERE d.correspondent = r.correspondent AND d.message_id = r.message_id
        AND d.cause = 'REPLIED') AS answered,
    EXISTS (SELECT FROM sent_item AS c
      WHERE c.thread_id = r.thread_id AND c.kind = 'CLOSURE' AND c.state = 'ACCEPTED'
        AND c.decided_at >= x.decided_at) AS closed,
    x.role, x.kind, x.lane, x.status, x.receipt_stage, x.recalled_by IS NOT NULL AS recalled, x.withdrawn, x.content
  FROM (SELECT * FROM reroute WHERE state = 'WAITING' AND next_at <= (SELECT clock_timestamp())
        ORDER BY next_at, number LIMIT $1 FOR UPDATE SKIP LOCKED) AS r
  JOIN suspension AS s ON s.suspension_id = r.suspension_id
  JOIN inbox_item AS x ON x.delivery_id = r.delivery_id`;

/**
 * One transaction: judges what it claims, and leaves an errand for each order. At most so many orders are unsettled at
 * once, so that a full inbox neither floods ingest nor keeps reminders from it.
 */
export function createRerouteOrders(
  pool: Pool,
  options: { serviceCorrespondent: string; mostUnsettled: number; batch: number },
): OrderReroutes {
  return () =>
    inTransaction(pool, async (client) => {
      const room = options.mostUnsettled - (await countUnsettled(client, options.mostUnsettled));
      if (room <= 0) return 0;
      const { rows } = await client.query<WaitingRow>({
        name: 'reroute-claim',
        text: claimWaiting,
        values: [Math.min(room, options.batch)],
      });
      if (rows.length === 0) return 0;
      const changes = rows.map((row) => judge(row, options.serviceCorrespondent));
      await store(client, changes);
      await wakeThreads(
        client,
        changes.filter(({ state }) => state === 'DROPPED'),
      );
      return changes.length;
    });
}

async function countUnsettled(client: Client, most: number): Promise<number> {
  const { rows } = await client.query<{ count: number }>({
    name: 'reroute-unsettled',
    text: `SELECT count(*)::integer AS count FROM (SELECT FROM reroute WHERE state = 'ORDERED' LIMIT $1) AS o`,
    values: [most],
  });
  return rows[0]?.count ?? 0;
}

function judge(row: WaitingRow, serviceCorrespondent: string): Change {
  const key = { suspension_id: row.suspension_id, delivery_id: row.delivery_id };
  if (row.over) return { ...key, state: 'DROPPED', code: 'SUSPENSION_OVER' };
  if (row.behind) return { ...key, state: 'WAITING', waitMs: behindMs, code: behind };
  const message = readContent(row.content);
  if (message === 'unreadable') return { ...key, state: 'WAITING', waitMs: unreadableMs, code: 'UNREADABLE' };
  const item = { ...row, stage: row.receipt_stage, companionActedOn: row.companion_acted_on, message };
  const verdict = judgePending(item, row.now.getTime());
  if (!verdict.reroute || message === null) {
    return { ...key, state: 'DROPPED', code: verdict.reroute ? 'NO_MATTER' : verdict.because };
  }
  const request = composeReroute({
    suspensionId: row.suspension_id,
    suspendedSinceMs: row.started_at.getTime(),
    correspondent: row.correspondent,
    deliveryId: row.delivery_id,
    attempt: row.attempt + 1,
    aboutId: verdict.aboutId,
    lane: laneFrom(row.lane),
    message,
  });
  return {
    ...key,
    state: 'ORDERED',
    about_id: verdict.aboutId,
    order_id: deriveMessageId(serviceCorrespondent, request.submissionId),
    errand: { errand_id: deriveId('deadline-errand', request.submissionId, 'INGEST'), payload: request },
  };
}

/** What cannot be read may be news of a newer release; it must not keep everything else from being taken over. */
function readContent(content: Buffer | null): Message | null | 'unreadable' {
  try {
    return decodeContent(content);
  } catch {
    return 'unreadable';
  }
}

async function store(client: Client, changes: readonly Change[]): Promise<void> {
  await client.query({
    name: 'reroute-order',
    text: `WITH changes AS (
             SELECT * FROM jsonb_to_recordset($1::jsonb) AS c(suspension_id uuid, delivery_id uuid, state text,
               "waitMs" integer, code text, about_id uuid, order_id uuid, errand jsonb)
           ), errands AS (
             INSERT INTO deadline_errand (errand_id, channel, payload)
             SELECT (errand->>'errand_id')::uuid, 'INGEST', errand->'payload' FROM changes WHERE errand IS NOT NULL
             ON CONFLICT DO NOTHING
           )
           UPDATE reroute AS r
           SET state = c.state, code = c.code, about_id = coalesce(c.about_id, r.about_id), order_id = c.order_id,
             errand_id = (c.errand->>'errand_id')::uuid,
             attempt = r.attempt + CASE WHEN c.state = 'ORDERED' THEN 1 ELSE 0 END,
             next_at = CASE WHEN c.state = 'WAITING'
               THEN clock_timestamp() + c."waitMs" * interval '1 millisecond' ELSE r.next_at END,
             ordered_at = CASE WHEN c.state = 'ORDERED' THEN clock_timestamp() ELSE r.ordered_at END,
             settled_at = CASE WHEN c.state = 'DROPPED' THEN clock_timestamp() END
           FROM changes AS c WHERE r.suspension_id = c.suspension_id AND r.delivery_id = c.delivery_id`,
    values: [JSON.stringify(changes)],
  });
}
