import { inTransaction, type Pool } from '@chappe/postgres';
import type { RetryBounds } from '../domain/judge-webhook-attempt.ts';
import { createAttemptRecorder, type RecordAttempt } from './postgres-record-attempt.ts';
import type { SignatureKind } from './webhook-signer.ts';

/** A webhook that this replica alone sends to, for as long as it holds the lease. */
export interface ClaimedWebhook {
  readonly webhookId: string;
  readonly correspondent: string;
  readonly holder: { readonly kind: 'PERSON' | 'SYSTEM'; readonly id: string };
  readonly url: string;
  readonly signature: SignatureKind;
}

/** A delivery whose time has come. */
export interface DueDelivery {
  readonly deliveryId: string;
  readonly number: number;
  readonly threadId: string;
  readonly failures: number;
  readonly sinceFirstAttemptMs: number;
  readonly tookOthers: boolean;
}

/** What is to be sent, and to whom; every step of it survives a crash just before and just after. */
export interface WebhookQueue {
  /** The correspondents that have an active webhook. */
  watched(): Promise<readonly string[]>;
  /** Leases webhooks that have something to do and that nobody sends to. */
  claim(most: number, held: readonly string[]): Promise<readonly ClaimedWebhook[]>;
  /**
   * Renews the lease, and takes further items of the inbox into the queue, within its bound. Says whether the
   * target seems to be away and whether the position moved, or `null` when the lease is lost or the webhook no
   * longer active.
   */
  advance(webhook: ClaimedWebhook): Promise<{ readonly away: boolean; readonly moved: boolean } | null>;
  due(webhookId: string, most: number, busyThreads: readonly string[]): Promise<readonly DueDelivery[]>;
  readonly record: RecordAttempt;
  /** The holder may not read it: its number is passed over in silence, as everywhere. */
  withhold(webhookId: string, deliveryId: string): Promise<void>;
  /** Gives the lease back; the webhook is left alone for that long. */
  release(webhookId: string, restMs: number): Promise<void>;
  /** Forgets ended deliveries of that age. */
  forget(afterDays: number): Promise<void>;
}

/** After so many failures in a row a target is taken for away: one request at a time, with pauses. */
const awayAfterFailures = 4;
const mostPending = 1_000;
const mostScanned = 500;

interface AdvanceRow {
  readonly behind: boolean;
  readonly pending: string;
  readonly consecutive_failures: number;
}

interface DueRow {
  readonly delivery_id: string;
  readonly number: string;
  readonly thread_id: string;
  readonly failures: number;
  readonly since_first_ms: string;
  readonly took_others: boolean | null;
}

/** Makes the queue of one process, whose leases bear `owner`. */
export function createWebhookQueue(
  pool: Pool,
  options: { owner: string; leaseMs: number; bounds: RetryBounds; tellsPauses: boolean },
): WebhookQueue {
  const { owner, leaseMs, bounds, tellsPauses } = options;

  return {
    async watched() {
      const { rows } = await pool.query<{ correspondent: string }>({
        name: 'webhook-watched',
        text: `SELECT DISTINCT correspondent FROM webhook WHERE state = 'ACTIVE'`,
      });
      return rows.map((row) => row.correspondent);
    },
    async claim(most, held) {
      const { rows } = await pool.query<{
        webhook_id: string;
        correspondent: string;
        holder_kind: 'PERSON' | 'SYSTEM';
        holder_id: string;
        url: string;
        signature: SignatureKind;
      }>({
        name: 'webhook-claim',
        text: `UPDATE webhook SET lease_owner = $1, lease_until = clock_timestamp() + $2 * interval '1 ms'
          WHERE webhook_id IN (
            SELECT w.webhook_id FROM webhook AS w
            WHERE w.state = 'ACTIVE' AND w.webhook_id <> ALL ($3::uuid[])
              AND w.lease_until < clock_timestamp() AND w.rest_until <= clock_timestamp()
              AND (w.epoch <> (SELECT epoch FROM mailbox_epoch)
                OR EXISTS (SELECT FROM inbox_counter AS c
                  WHERE c.correspondent = w.correspondent AND c.last_number > w.scanned_number)
                OR EXISTS (SELECT FROM webhook_head AS h
                  WHERE h.webhook_id = w.webhook_id AND h.next_attempt_at <= clock_timestamp()))
            ORDER BY w.lease_until LIMIT $4 FOR UPDATE OF w SKIP LOCKED)
          RETURNING webhook_id, correspondent, holder_kind, holder_id, url, signature`,
        values: [owner, leaseMs, held, most],
      });
      return rows.map((row) => ({
        webhookId: row.webhook_id,
        correspondent: row.correspondent,
        holder: { kind: row.holder_kind, id: row.holder_id },
        url: row.url,
        signature: row.signature,
      }));
    },
    async advance({ webhookId }) {
      const { rows } = await pool.query<AdvanceRow>({
        name: 'webhook-renew',
        text: `UPDATE webhook AS w SET lease_until = clock_timestamp() + $3 * interval '1 ms'
          WHERE webhook_id = $1 AND lease_owner = $2 AND state = 'ACTIVE' AND lease_until > clock_timestamp()
          RETURNING consecutive_failures,
            (SELECT count(*) FROM webhook_delivery AS d WHERE d.webhook_id = w.webhook_id AND d.state = 'PENDING')
              AS pending,
            epoch <> (SELECT e.epoch FROM mailbox_epoch AS e) OR scanned_number < coalesce(
              (SELECT c.last_number FROM inbox_counter AS c WHERE c.correspondent = w.correspondent), 0) AS behind`,
        values: [webhookId, owner, leaseMs],
      });
      const [row] = rows;
      if (row === undefined) return null;
      const room = Math.min(mostScanned, mostPending - Number(row.pending));
      const moved = row.behind && room > 0 && (await scan(webhookId, room));
      return { away: row.consecutive_failures >= awayAfterFailures, moved };
    },
    async due(webhookId, most, busyThreads) {
      const { rows } = await pool.query<DueRow>({
        name: 'webhook-due',
        text: `SELECT h.delivery_id, h.number, h.thread_id, h.failures,
            extract(epoch FROM clock_timestamp() - coalesce(h.first_attempt_at, clock_timestamp())) * 1000
              AS since_first_ms,
            w.last_success_at > greatest(h.first_attempt_at, clock_timestamp() - interval '1 day') AS took_others
          FROM webhook_head AS h JOIN webhook AS w USING (webhook_id)
          WHERE h.webhook_id = $1 AND h.next_attempt_at <= clock_timestamp() AND w.rest_until <= clock_timestamp()
            AND h.thread_id <> ALL ($2::uuid[])
          ORDER BY array_position(ARRAY['flash', 'urgent', 'routine'], h.lane), h.number LIMIT $3`,
        values: [webhookId, busyThreads, most],
      });
      return rows.map((row) => ({
        deliveryId: row.delivery_id,
        number: Number(row.number),
        threadId: row.thread_id,
        failures: row.failures,
        sinceFirstAttemptMs: Number(row.since_first_ms),
        tookOthers: row.took_others === true,
      }));
    },
    record: createAttemptRecorder(pool, { awayAfterFailures, bounds, tellsPauses }),
    async withhold(webhookId, deliveryId) {
      await pool.query(
        `UPDATE webhook_delivery SET state = 'WITHHELD', ended_at = clock_timestamp()
         WHERE webhook_id = $1 AND delivery_id = $2 AND state = 'PENDING'`,
        [webhookId, deliveryId],
      );
    },
    async release(webhookId, restMs) {
      await pool.query(
        `UPDATE webhook SET lease_owner = NULL, lease_until = '-infinity',
           rest_until = greatest(rest_until, clock_timestamp() + $3 * interval '1 ms')
         WHERE webhook_id = $1 AND lease_owner = $2`,
        [webhookId, owner, restMs],
      );
    },
    async forget(afterDays) {
      await pool.query(
        `DELETE FROM webhook_delivery WHERE state <> 'PENDING' AND ended_at < now() - $1 * interval '1 day'`,
        [afterDays],
      );
    },
  };

  /**
   * Moves the position and puts what was asked for into the queue, together. Numbers are committed in order, so
   * that nothing can later appear below the position. After a restore the inbox is read from its beginning;
   * what has its row already keeps it.
   */
  async function scan(webhookId: string, most: number): Promise<boolean> {
    return inTransaction(pool, async (client) => {
      const { rows } = await client.query<{
        correspondent: string;
        start: string;
        epoch: number;
        lanes: string[] | null;
        kinds: string[] | null;
        roles: string[] | null;
      }>(
        `SELECT w.correspondent, CASE WHEN w.epoch = e.epoch THEN w.scanned_number ELSE 0 END AS start, e.epoch,
           w.lanes, w.kinds, w.roles
         FROM webhook AS w, mailbox_epoch AS e WHERE w.webhook_id = $1 AND w.lease_owner = $2 FOR UPDATE OF w`,
        [webhookId, owner],
      );
      const [from] = rows;
      if (from === undefined) return false;
      const moved = await client.query<{ scanned_number: string }>(
        `WITH next AS (
           SELECT delivery_id, message_id, number, thread_id, lane, kind, role FROM inbox_item
           WHERE correspondent = $2 AND number > $3 ORDER BY number LIMIT $4
         ), put AS (
           INSERT INTO webhook_delivery (webhook_id, delivery_id, message_id, number, thread_id, lane)
           SELECT $1, delivery_id, message_id, number, thread_id, lane FROM next
           WHERE ($5::text[] IS NULL OR lane = ANY ($5)) AND ($6::text[] IS NULL OR kind = ANY ($6))
             AND ($7::text[] IS NULL OR role = ANY ($7))
           ON CONFLICT (webhook_id, delivery_id) DO UPDATE SET number = excluded.number
         )
         UPDATE webhook SET epoch = $8, scanned_number = coalesce((SELECT max(number) FROM next), $3)
         WHERE webhook_id = $1 RETURNING scanned_number`,
        [webhookId, from.correspondent, from.start, most, from.lanes, from.kinds, from.roles, from.epoch],
      );
      return moved.rows[0]?.scanned_number !== from.start;
    });
  }
}
