import type { Pool } from '@chappe/postgres';
import { decode, lanes } from '@chappe/schemas';
import type { PastDecision, PastDecisions } from '../routing/rehearse-decisions.ts';

interface Row {
  readonly message_id: string;
  readonly lane: string;
  readonly decided_at: Date;
  readonly original: Buffer | null;
}

/** Past decisions as the router keeps them. One whose original was erased, or is a newer release's, is skipped. */
export function createPastDecisions(pool: Pool): PastDecisions {
  return {
    async page({ sinceMs, before, limit }) {
      const found = await pool.query<Row>(
        `SELECT message_id, lane, decided_at, original FROM decision
          WHERE accepted AND decided_at >= $1
            AND ($2::timestamptz IS NULL
                 OR (decided_at <= $2 AND (decided_at, message_id) < ($2, $3::uuid)))
          ORDER BY decided_at DESC, message_id DESC LIMIT $4`,
        [
          new Date(sinceMs),
          before === null ? null : new Date(before.decidedAtMs),
          before?.messageId ?? null,
          limit,
        ],
      );
      const decisions = found.rows.flatMap((row) => pastDecisionOf(row) ?? []);
      const last = found.rows.length < limit ? undefined : found.rows.at(-1);
      return {
        decisions,
        skipped: found.rows.length - decisions.length,
        last:
          last === undefined ? null : { decidedAtMs: last.decided_at.getTime(), messageId: last.message_id },
      };
    },

    async count(sinceMs) {
      const found = await pool.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM decision WHERE accepted AND decided_at >= $1',
        [new Date(sinceMs)],
      );
      return found.rows[0]?.count ?? 0;
    },
  };
}

function pastDecisionOf(row: Row): PastDecision | undefined {
  const lane = lanes.find((each) => each === row.lane);
  const decoded = row.original === null ? undefined : decode('Message', row.original);
  if (lane === undefined || decoded?.status !== 'decoded') return undefined;
  return { message: decoded.value, lane, decidedAtMs: row.decided_at.getTime() };
}
