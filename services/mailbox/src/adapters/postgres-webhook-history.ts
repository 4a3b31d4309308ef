import type { Queryable } from '@chappe/postgres';
import { webhookMessageId } from '../domain/webhook-body.ts';

/** What became of one item at one webhook. */
export interface WebhookDelivery {
  readonly number: number;
  /** As its receiver was told it. */
  readonly webhookMessageId: string;
  readonly lane: string;
  readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
  readonly attemptCount: number;
  readonly nextAttemptAtMs: number | null;
  /** The latest ones, in their order. */
  readonly attempts: readonly {
    readonly attempt: number;
    readonly atMs: number;
    readonly durationMs: number;
    readonly outcome: string;
    readonly httpStatus: number | null;
  }[];
}

/** The history of a webhook. What was withheld is not in it. */
export interface WebhookHistory {
  list(
    webhookId: string,
    query: { before: number | null; limit: number; state: string | null },
  ): Promise<readonly WebhookDelivery[]>;
  /** Sends an item again, under its id; false when it was never sent to this webhook. */
  resend(webhookId: string, number: number): Promise<boolean>;
}

interface HistoryRow {
  readonly delivery_id: string;
  readonly number: string;
  readonly lane: string;
  readonly state: WebhookDelivery['state'];
  readonly attempts: number;
  readonly next_attempt_at: Date;
  readonly tries:
    | { attempt: number; at: number; duration: number; outcome: string; status: number | null }[]
    | null;
}

/** Makes the reader of histories. */
export function createWebhookHistory(db: Queryable): WebhookHistory {
  return {
    async list(webhookId, { before, limit, state }) {
      const { rows } = await db.query<HistoryRow>({
        name: 'webhook-history',
        text: `SELECT d.delivery_id, d.number, d.lane, d.state, d.attempts, d.next_attempt_at,
            (SELECT jsonb_agg(jsonb_build_object('attempt', a.attempt, 'at', extract(epoch FROM a.at) * 1000,
               'duration', a.duration_ms, 'outcome', a.outcome, 'status', a.http_status) ORDER BY a.attempt)
             FROM webhook_attempt AS a
             WHERE a.webhook_id = d.webhook_id AND a.delivery_id = d.delivery_id) AS tries
          FROM webhook_delivery AS d
          WHERE d.webhook_id = $1 AND d.state <> 'WITHHELD' AND ($2::bigint IS NULL OR d.number < $2)
            AND ($3::text IS NULL OR d.state = $3)
          ORDER BY d.number DESC LIMIT $4`,
        values: [webhookId, before, state, limit],
      });
      return rows.map((row) => ({
        number: Number(row.number),
        webhookMessageId: webhookMessageId(webhookId, row.delivery_id),
        lane: row.lane,
        state: row.state,
        attemptCount: row.attempts,
        nextAttemptAtMs: row.state === 'PENDING' ? row.next_attempt_at.getTime() : null,
        attempts: (row.tries ?? []).map(({ attempt, at, duration, outcome, status }) => ({
          attempt,
          atMs: Math.round(at),
          durationMs: duration,
          outcome,
          httpStatus: status,
        })),
      }));
    },
    async resend(webhookId, number) {
      const { rowCount } = await db.query(
        `UPDATE webhook_delivery SET state = 'PENDING', first_attempt_at = NULL, failures = 0, ended_at = NULL,
           next_attempt_at = clock_timestamp()
         WHERE webhook_id = $1 AND number = $2 AND state <> 'WITHHELD'`,
        [webhookId, number],
      );
      return rowCount === 1;
    },
  };
}
