import type { Pool } from '@chappe/postgres';
import type { KnownDecision } from '../domain/thread-memory.ts';
import type { PendingPublications } from '../routing/relay-pending.ts';
import type { ForgetPending } from '../routing/replay-records.ts';
import type { FindOverdueThreads } from '../routing/sweep-held.ts';
import { knownDecisionOf, type ThreadRow } from './decision-rows.ts';

type PendingRow = Pick<ThreadRow, 'subject_id' | 'trace_id' | 'record' | 'original'> & {
  position: string;
  passed_on: Buffer | null;
  passed_on_record: Buffer | null;
};

/** The pending publications in PostgreSQL. */
export function createPendingPublications(pool: Pool): PendingPublications {
  return {
    async read(lane, limit) {
      const found = await pool.query<PendingRow>({
        name: 'read-pending-publications',
        text: `SELECT p.position, d.subject_id, d.trace_id, d.record, d.original,
                      s.record AS passed_on_record, s.original AS passed_on
                 FROM pending_publication p
                 JOIN decision d USING (message_id, request_digest)
                 LEFT JOIN decision s ON d.kind IN ('DISPATCH', 'SERVICE') AND s.message_id = d.subject_id AND s.accepted
                WHERE p.lane = $1 ORDER BY p.position LIMIT $2`,
        values: [lane, limit],
      });
      const originals = new Map<string, KnownDecision>();
      for (const { passed_on_record: record, passed_on: original } of found.rows) {
        if (record === null) continue;
        const known = knownDecisionOf({ subject_id: null, trace_id: null, record, original });
        originals.set(known.decision.messageId, known);
      }
      return {
        positions: found.rows.map((row) => row.position),
        decisions: found.rows.map(knownDecisionOf),
        findOriginal: (messageId) => originals.get(messageId)?.original() ?? null,
      };
    },
    async forget(positions) {
      await pool.query({
        name: 'forget-pending-publications',
        text: 'DELETE FROM pending_publication WHERE position = ANY ($1::bigint[])',
        values: [positions],
      });
    },
  };
}

/** Forgets, in PostgreSQL, decisions that somebody else than the relay has published. */
export function createForgetPending(pool: Pool): ForgetPending {
  return async (published) => {
    await pool.query({
      name: 'forget-published-decisions',
      text: `DELETE FROM pending_publication p USING unnest($1::uuid[], $2::text[]) AS done (message_id, request_digest)
              WHERE p.message_id = done.message_id AND p.request_digest = done.request_digest`,
      values: [
        published.map(({ decision }) => decision.messageId),
        published.map(({ decision }) => decision.requestDigest),
      ],
    });
  };
}

/** Finds them in PostgreSQL. */
export function createFindOverdueThreads(pool: Pool): FindOverdueThreads {
  return async (beforeMs, limit) => {
    const found = await pool.query<{ thread_id: string }>({
      name: 'find-overdue-threads',
      text: `SELECT thread_id FROM held_message WHERE held_until <= to_timestamp($1::bigint / 1000.0)
              GROUP BY thread_id ORDER BY min(held_until) LIMIT $2`,
      values: [beforeMs, limit],
    });
    return found.rows.map((row) => row.thread_id);
  };
}
