import type { Pool } from '@chappe/postgres';
import { pageBounds, reminderBounds, retryErrandInMs } from '../domain/retry-errand.ts';
import type { ErrandChannel } from './postgres-sweep-deadlines.ts';

/** What one attempt came to; `again` may succeed later, `failed` never. The code is for operators. */
export type ErrandResult =
  | { readonly status: 'done' }
  | { readonly status: 'again' | 'failed'; readonly code: string };

/** Does what an errand asks for, once. It may be asked twice for the same, and may throw: that is `again`. */
export type RunErrand = (payload: unknown, errandId: string) => Promise<ErrandResult>;

/** The ways that this replica can use. */
export type ErrandRunners = Partial<Record<ErrandChannel, RunErrand>>;

/** One errand after an attempt. */
export interface RanErrand {
  readonly channel: ErrandChannel;
  readonly status: ErrandResult['status'];
  readonly code: string | null;
}

interface ErrandRow {
  readonly errand_id: string;
  readonly channel: ErrandChannel;
  readonly payload: unknown;
  readonly attempts: number;
}

const atOnce = 20;
/** What was done is kept so long as evidence of when it was. */
const keptDays = 30;

/**
 * Runs what is waiting, a bounded number at once. A claim pushes an errand's next attempt beyond the time that this
 * one may take: no transaction stays open meanwhile, and what a dead process had claimed comes up again by itself.
 */
export function createErrandRound(
  pool: Pool,
  runners: ErrandRunners,
  options: { timeoutMs: number },
): () => Promise<readonly RanErrand[]> {
  const channels = Object.keys(runners);
  return async () => {
    const { rows } = await pool.query<ErrandRow>({
      name: 'errand-claim',
      text: `UPDATE deadline_errand AS e
             SET attempts = e.attempts + 1, next_attempt_at = clock_timestamp() + $2 * interval '1 millisecond'
             FROM (SELECT errand_id FROM deadline_errand
                   WHERE next_attempt_at <= (SELECT clock_timestamp()) AND channel = ANY ($1)
                   ORDER BY next_attempt_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED) AS c
             WHERE e.errand_id = c.errand_id
             RETURNING e.errand_id, e.channel, e.payload, e.attempts`,
      values: [channels, options.timeoutMs * 2],
    });
    return Promise.all(rows.map(runOne));
  };

  async function runOne(row: ErrandRow): Promise<RanErrand> {
    const result = await attempt(row);
    if (result.status === 'done') {
      await pool.query({
        name: 'errand-done',
        text: `UPDATE deadline_errand SET done_at = clock_timestamp(), next_attempt_at = NULL, last_code = NULL
               WHERE errand_id = $1`,
        values: [row.errand_id],
      });
      return { channel: row.channel, status: 'done', code: null };
    }
    const bounds = row.channel === 'INGEST' ? reminderBounds : pageBounds;
    const inMs = result.status === 'failed' ? null : retryErrandInMs(bounds, row.attempts, Math.random());
    await pool.query({
      name: 'errand-not-done',
      text: `UPDATE deadline_errand SET last_code = $2,
               next_attempt_at = clock_timestamp() + $3::double precision * interval '1 millisecond',
               failed_at = CASE WHEN $3::double precision IS NULL THEN clock_timestamp() END
             WHERE errand_id = $1 AND done_at IS NULL`,
      values: [row.errand_id, result.code, inMs],
    });
    return { channel: row.channel, status: inMs === null ? 'failed' : 'again', code: result.code };
  }

  async function attempt({ channel, payload, errand_id }: ErrandRow): Promise<ErrandResult> {
    const run = runners[channel];
    if (run === undefined) return { status: 'again', code: 'not-configured' };
    try {
      return await run(payload, errand_id);
    } catch (error) {
      return { status: 'again', code: codeOf(error) };
    }
  }
}

/** Removes what was done long ago, a bounded number at once. */
export async function forgetDoneErrands(pool: Pool): Promise<void> {
  await pool.query({
    name: 'errand-forget',
    text: `DELETE FROM deadline_errand WHERE errand_id IN (
             SELECT errand_id FROM deadline_errand
             WHERE done_at < (SELECT clock_timestamp()) - interval '${keptDays} days' LIMIT 1000)`,
  });
}

/** A code fit for a log: of an error of the network or of a library its code, otherwise its class. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : error.name;
}
