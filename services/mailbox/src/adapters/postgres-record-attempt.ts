import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { deriveId } from '@chappe/schemas';
import { composePauseNotice, type PausedWebhook } from '../domain/compose-pause-notice.ts';
import type { AttemptResult, AttemptVerdict, RetryBounds } from '../domain/judge-webhook-attempt.ts';

/** One attempt, and what is to follow it. */
export interface EndedAttempt {
  readonly webhookId: string;
  readonly deliveryId: string;
  /** Where it was sent. */
  readonly url: string;
  readonly result: AttemptResult;
  readonly verdict: AttemptVerdict;
}

/** Writes down an attempt and its consequences, together; says whether the webhook was paused by it. */
export type RecordAttempt = (attempt: EndedAttempt) => Promise<{ readonly pausedBecause: string | null }>;

/** How a webhook stood when an attempt ended. */
interface WebhookBefore {
  readonly consecutive_failures: number;
  readonly state: string;
  readonly url: string;
}

const keptAttempts = 50;

/** Makes the recorder of attempts. After so many failures in a row a target is taken for away. */
export function createAttemptRecorder(
  pool: Pool,
  options: { awayAfterFailures: number; bounds: RetryBounds; tellsPauses: boolean },
): RecordAttempt {
  return (attempt) =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<WebhookBefore>(
        'SELECT consecutive_failures, state, url FROM webhook WHERE webhook_id = $1 FOR UPDATE',
        [attempt.webhookId],
      );
      const [before] = rows;
      if (before === undefined || !(await writeAttempt(client, attempt, before)))
        return { pausedBecause: null };
      // What came of an earlier address says nothing of this one.
      if (before.url !== attempt.url) return { pausedBecause: null };
      const { verdict } = attempt;
      const pausedBecause = verdict.next === 'pause' && before.state === 'ACTIVE' ? verdict.because : null;
      const paused = await judgeTarget(client, attempt, { ...options, pausedBecause });
      if (paused !== null && options.tellsPauses) await owePauseNotice(client, paused);
      if (verdict.next === 'delivered' && before.consecutive_failures >= options.awayAfterFailures) {
        await hurryWaiting(client, attempt.webhookId);
      }
      return { pausedBecause };
    });
}

/** The delivery and its history; false when it no longer waits. At a new address its series begins anew. */
async function writeAttempt(client: Client, attempt: EndedAttempt, before: WebhookBefore): Promise<boolean> {
  const { webhookId, deliveryId, result, verdict } = attempt;
  const counts = before.url === attempt.url;
  const state = !counts && verdict.next !== 'delivered' ? 'PENDING' : stateAfter(verdict);
  const { rows } = await client.query<{ attempts: number }>(
    `UPDATE webhook_delivery SET attempts = attempts + 1,
       failures = failures + CASE WHEN $3 = 'PENDING' AND $6 THEN 1 ELSE 0 END,
       first_attempt_at = CASE WHEN $6 THEN coalesce(first_attempt_at, clock_timestamp() - $4 * interval '1 ms')
         ELSE first_attempt_at END,
       state = $3, next_attempt_at = clock_timestamp() + $5 * interval '1 ms',
       ended_at = CASE WHEN $3 = 'PENDING' THEN NULL ELSE clock_timestamp() END
     WHERE webhook_id = $1 AND delivery_id = $2 AND state = 'PENDING' RETURNING attempts`,
    [
      webhookId,
      deliveryId,
      state,
      result.durationMs,
      counts && verdict.next === 'retry' ? verdict.inMs : 0,
      counts,
    ],
  );
  const number = rows[0]?.attempts;
  if (number === undefined) return false;
  await client.query(
    `INSERT INTO webhook_attempt (webhook_id, delivery_id, attempt, at, duration_ms, outcome, http_status)
     VALUES ($1, $2, $3, clock_timestamp() - $4 * interval '1 ms', $4, $5, $6)`,
    [webhookId, deliveryId, number, result.durationMs, result.outcome, result.httpStatus],
  );
  await client.query(
    'DELETE FROM webhook_attempt WHERE webhook_id = $1 AND delivery_id = $2 AND attempt <= $3',
    [webhookId, deliveryId, number - keptAttempts],
  );
  return true;
}

/** What the attempt says of the target as a whole; the pause that follows from it, if one does. */
async function judgeTarget(
  client: Client,
  { webhookId, verdict }: EndedAttempt,
  options: { awayAfterFailures: number; bounds: RetryBounds; pausedBecause: PausedWebhook['because'] | null },
): Promise<PausedWebhook | null> {
  const { awayAfterFailures, bounds, pausedBecause } = options;
  const { rows } = await client.query<{
    correspondent: string;
    url: string;
    failing_since: Date | null;
    state_since: Date;
  }>(
    `UPDATE webhook SET
       consecutive_failures = CASE WHEN $2 THEN 0 ELSE consecutive_failures + 1 END,
       failing_since = CASE WHEN $2 THEN NULL ELSE coalesce(failing_since, clock_timestamp()) END,
       last_success_at = CASE WHEN $2 THEN clock_timestamp() ELSE last_success_at END,
       rest_until = CASE WHEN $2 OR consecutive_failures + 1 < $3 THEN '-infinity'::timestamptz
         ELSE clock_timestamp() + least($4 * power(3, least(consecutive_failures + 1 - $3, 30)), $5)
           * interval '1 ms' END,
       state = CASE WHEN $6::text IS NULL THEN state ELSE 'PAUSED' END,
       paused_because = coalesce($6::text, paused_because),
       state_since = CASE WHEN $6::text IS NULL THEN state_since ELSE clock_timestamp() END
     WHERE webhook_id = $1 RETURNING correspondent, url, failing_since, state_since`,
    [
      webhookId,
      verdict.next === 'delivered',
      awayAfterFailures,
      bounds.firstDelayMs,
      bounds.mostDelayMs,
      pausedBecause,
    ],
  );
  const [row] = rows;
  if (row === undefined || pausedBecause === null) return null;
  return {
    webhookId,
    correspondent: row.correspondent,
    url: row.url,
    because: pausedBecause,
    pausedAtMs: row.state_since.getTime(),
    failingSinceMs: row.failing_since?.getTime() ?? null,
  };
}

/** Leaves with the reminders, by whichever replica comes first; committed with the pause, it is neither lost nor doubled. */
async function owePauseNotice(client: Client, paused: PausedWebhook): Promise<void> {
  const request = composePauseNotice(paused);
  await client.query(
    `INSERT INTO deadline_errand (errand_id, channel, payload) VALUES ($1, 'INGEST', $2) ON CONFLICT DO NOTHING`,
    [deriveId('webhook-pause-errand', request.submissionId), JSON.stringify(request)],
  );
}

/** The target is back: what waited for it alone need not wait longer. */
async function hurryWaiting(client: Client, webhookId: string): Promise<void> {
  await client.query(
    `UPDATE webhook_delivery SET next_attempt_at = clock_timestamp()
     WHERE webhook_id = $1 AND state = 'PENDING' AND next_attempt_at > clock_timestamp()`,
    [webhookId],
  );
}

function stateAfter(verdict: AttemptVerdict): 'DELIVERED' | 'FAILED' | 'PENDING' {
  if (verdict.next === 'delivered') return 'DELIVERED';
  return verdict.next === 'give-up' ? 'FAILED' : 'PENDING';
}
