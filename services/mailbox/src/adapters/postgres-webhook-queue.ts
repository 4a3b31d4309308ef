import { inTransaction, type Pool } from '@chappe/postgres';
import type { AttemptResult, AttemptVerdict, RetryBounds } from '../domain/judge-webhook-attempt.ts';
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
  record(
    webhookId: string,
    deliveryId: string,
    result: AttemptResult,
    verdict: AttemptVerdict,
  ): Promise<void>;
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
const keptAttempts = 50;

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
  options: { owner: string; leaseMs: number; bounds: RetryBounds },
): WebhookQueue {
  const { owner, leaseMs, bounds } = options;

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
    record: (webhookId, deliveryId, result, verdict) =>
      inTransaction(pool, async (client) => {
        const delivered = verdict.next === 'delivered';
        const before = await client.query<{ consecutive_failures: number }>(
          'SELECT consecutive_failures FROM webhook WHERE webhook_id = $1 FOR UPDATE',
          [webhookId],
        );
        const failuresBefore = before.rows[0]?.consecutive_failures;
        if (failuresBefore === undefined) return;
        const { rows } = await client.query<{ attempts: number }>(
          `UPDATE webhook_delivery SET attempts = attempts + 1, failures = failures + CASE WHEN $3 = 'PENDING' THEN 1 ELSE 0 END,
             first_attempt_at = coalesce(first_attempt_at, clock_timestamp() - $4 * interval '1 ms'),
             state = $3, next_attempt_at = clock_timestamp() + $5 * interval '1 ms',
             ended_at = CASE WHEN $3 = 'PENDING' THEN NULL ELSE clock_timestamp() END
           WHERE webhook_id = $1 AND delivery_id = $2 AND state = 'PENDING' RETURNING attempts`,
          [
            webhookId,
            deliveryId,
            stateAfter(verdict),
            result.durationMs,
            verdict.next === 'retry' ? verdict.inMs : 0,
          ],
        );
        const attempt = rows[0]?.attempts;
        if (attempt === undefined) return;
        await client.query(
          `INSERT INTO webhook_attempt (webhook_id, delivery_id, attempt, at, duration_ms, outcome, http_status)
           VALUES ($1, $2, $3, clock_timestamp() - $4 * interval '1 ms', $4, $5, $6)`,
          [webhookId, deliveryId, attempt, result.durationMs, result.outcome, result.httpStatus],
        );
        await client.query(
          'DELETE FROM webhook_attempt WHERE webhook_id = $1 AND delivery_id = $2 AND attempt <= $3',
          [webhookId, deliveryId, attempt - keptAttempts],
        );
        await client.query(
          `UPDATE webhook SET
             consecutive_failures = CASE WHEN $2 THEN 0 ELSE consecutive_failures + 1 END,
             failing_since = CASE WHEN $2 THEN NULL ELSE coalesce(failing_since, clock_timestamp()) END,
             last_success_at = CASE WHEN $2 THEN clock_timestamp() ELSE last_success_at END,
             rest_until = CASE WHEN $2 OR consecutive_failures + 1 < $3 THEN '-infinity'::timestamptz
               ELSE clock_timestamp() + least($4 * power(3, least(consecutive_failures + 1 - $3, 30)), $5)
                 * interval '1 ms' END,
             state = CASE WHEN $6::text IS NULL OR state <> 'ACTIVE' THEN state ELSE 'PAUSED' END,
             paused_because = CASE WHEN $6::text IS NULL OR state <> 'ACTIVE' THEN paused_because ELSE $6 END,
             state_since = CASE WHEN $6::text IS NULL OR state <> 'ACTIVE' THEN state_since ELSE clock_timestamp() END
           WHERE webhook_id = $1`,
          [
            webhookId,
            delivered,
            awayAfterFailures,
            bounds.firstDelayMs,
            bounds.mostDelayMs,
            verdict.next === 'pause' ? verdict.because : null,
          ],
        );
        // It is back: what waited for it alone need not wait longer.
        if (delivered && failuresBefore >= awayAfterFailures) {
          await client.query(
            `UPDATE webhook_delivery SET next_attempt_at = clock_timestamp()
             WHERE webhook_id = $1 AND state = 'PENDING' AND next_attempt_at > clock_timestamp()`,
            [webhookId],
          );
        }
      }),
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

function stateAfter(verdict: AttemptVerdict): 'DELIVERED' | 'FAILED' | 'PENDING' {
  if (verdict.next === 'delivered') return 'DELIVERED';
  return verdict.next === 'give-up' ? 'FAILED' : 'PENDING';
}
