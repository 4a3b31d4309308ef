import { markTransient } from '../classify-error.ts';
import type { Client, Pool, Queryable } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import { type DatedLetter, type Letter, lockLetter, standingsOf } from './letter-standing.ts';

interface Outcome<Result extends string> {
  readonly result: Result;
  readonly code: string | null;
}

/** An attempt as an operator sees it. `result` is null while it runs, and for good when its process died. */
export interface RecordedReplay extends Letter {
  readonly id: string;
  readonly subject: string;
  readonly correspondent: string;
  readonly reason: string;
  readonly requestedAtMs: number;
  readonly endedAtMs: number | null;
  readonly result: string | null;
  readonly code: string | null;
}

/** SQL of the journal of replays; a service puts it into a migration. */
export const replayJournalMigration = `CREATE TABLE dead_letter_replay (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer_group text NOT NULL,
  partition integer NOT NULL,
  letter_offset bigint NOT NULL,
  letter_at timestamptz,
  subject text NOT NULL,
  correspondent text NOT NULL,
  reason text NOT NULL,
  trace_id text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  result text,
  code text
);
CREATE INDEX dead_letter_replay_letter ON dead_letter_replay (consumer_group, partition, letter_offset);
`;

/**
 * What the pool of a journal and of its cases needs: few connections, of which a replay holds one while the record
 * is applied through others and a decision on the same letter waits on another, so that neither takes a service's own.
 */
export const replayPoolOptions = {
  max: 4,
  lockTimeoutMs: 10_000,
  idleInTransactionTimeoutMs: 60_000,
} as const;

interface Row {
  readonly id: string;
  readonly consumer_group: string;
  readonly partition: number;
  readonly letter_offset: string;
  readonly subject: string;
  readonly correspondent: string;
  readonly reason: string;
  readonly requested_at: Date;
  readonly ended_at: Date | null;
  readonly result: string | null;
  readonly code: string | null;
}

/**
 * Remembers who replayed which dead letter, when, why, and what came of it. The intention is durable before
 * anything is tried; a lock on the letter makes one success the last: whoever comes later finds it.
 */
export function createReplayJournal(pool: Pool) {
  return {
    async begin(request: {
      readonly letters: readonly Letter[];
      readonly subject: string;
      readonly correspondent: string;
      readonly reason: string;
      readonly traceId: string;
    }): Promise<readonly string[]> {
      const { letters, subject, correspondent, reason, traceId } = request;
      try {
        const begun = await pool.query<{ id: string }>(
          `INSERT INTO dead_letter_replay (consumer_group, partition, letter_offset, subject, correspondent, reason,
                                           trace_id)
           SELECT consumer_group, partition, letter_offset, $4, $5, $6, $7
             FROM unnest($1::text[], $2::integer[], $3::bigint[]) WITH ORDINALITY
               AS row (consumer_group, partition, letter_offset, place) ORDER BY place
           RETURNING id`,
          [
            letters.map(({ group }) => group),
            letters.map(({ partition }) => partition),
            letters.map(({ offset }) => offset),
            subject,
            correspondent,
            reason,
            traceId,
          ],
        );
        return begun.rows.map(({ id }) => id);
      } catch (error) {
        throw markTransient(error);
      }
    },

    async settle<Result extends string>(
      id: string,
      letter: DatedLetter,
      work: () => Promise<Outcome<Result>>,
    ): Promise<Outcome<Result | 'ALREADY_REPLAYED' | 'DISCARDED'>> {
      const settle = async (client: Client): Promise<Outcome<Result | 'ALREADY_REPLAYED' | 'DISCARDED'>> => {
        const end = await lockAndFindEnd(client, letter);
        const outcome = end === null ? await work() : { result: end, code: null };
        if (outcome.result === 'REPLAYED') await overtakeCase(client, id, letter);
        await close(client, id, outcome, new Date(letter.atMs));
        return outcome;
      };
      return await inTransaction(pool, settle, { retries: 0 });
    },

    async end(id: string, outcome: Outcome<string>): Promise<void> {
      try {
        await close(pool, id, outcome, null);
      } catch (error) {
        throw markTransient(error);
      }
    },

    /** Newest first, those before `before`; of one letter when it is named. */
    async list(query: {
      readonly limit: number;
      readonly before?: string;
      readonly letter?: Letter;
    }): Promise<readonly RecordedReplay[]> {
      const { letter } = query;
      try {
        const found = await pool.query<Row>(
          `SELECT id, consumer_group, partition, letter_offset, subject, correspondent, reason, requested_at,
                  ended_at, result, code
             FROM dead_letter_replay
            WHERE ($1::bigint IS NULL OR id < $1)
              AND ($2::text IS NULL OR (consumer_group, partition, letter_offset) = ($2, $3::integer, $4::bigint))
            ORDER BY id DESC LIMIT $5`,
          [
            query.before ?? null,
            letter?.group ?? null,
            letter?.partition ?? null,
            letter?.offset ?? null,
            query.limit,
          ],
        );
        return found.rows.map(recordedOf);
      } catch (error) {
        throw markTransient(error);
      }
    },
  };
}

/** Whether a replay has succeeded, or two persons have given the letter up. The lock ends with the transaction. */
async function lockAndFindEnd(
  client: Client,
  letter: DatedLetter,
): Promise<'ALREADY_REPLAYED' | 'DISCARDED' | null> {
  await lockLetter(client, letter);
  const [standing] = await standingsOf(client, [letter]);
  switch (standing?.state) {
    case 'REPLAYED':
      return 'ALREADY_REPLAYED';
    case 'DISCARDED':
    case 'REINSTATE_PROPOSED':
      return 'DISCARDED';
    default:
      return null;
  }
}

/** Whoever proposed to give it up is overtaken: there is nothing left to decide. */
async function overtakeCase(client: Client, replayId: string, letter: DatedLetter): Promise<void> {
  await client.query(
    `UPDATE dead_letter_case c
        SET state = 'OVERTAKEN', decided_by = r.subject, decided_for = r.correspondent,
            decision_reason = r.reason, decided_at = clock_timestamp()
       FROM dead_letter_replay r
      WHERE r.id = $1 AND c.state = 'OPEN' AND c.consumer_group = $2 AND c.partition = $3
        AND c.letter_offset = $4 AND c.letter_at = $5`,
    [replayId, letter.group, letter.partition, letter.offset, new Date(letter.atMs)],
  );
}

async function close(
  db: Queryable,
  id: string,
  outcome: Outcome<string>,
  letterAt: Date | null,
): Promise<void> {
  await db.query(
    `UPDATE dead_letter_replay SET result = $2, code = $3, letter_at = $4, ended_at = clock_timestamp()
      WHERE id = $1`,
    [id, outcome.result, outcome.code, letterAt],
  );
}

function recordedOf(row: Row): RecordedReplay {
  return {
    id: row.id,
    group: row.consumer_group,
    partition: row.partition,
    offset: row.letter_offset,
    subject: row.subject,
    correspondent: row.correspondent,
    reason: row.reason,
    requestedAtMs: row.requested_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? null,
    result: row.result,
    code: row.code,
  };
}
