import type { Queryable } from '../pool.ts';
import type { CaseAct, CaseState, RecordedCase } from './dead-letter-case.ts';
import type { Letter } from './letter-standing.ts';

interface Row {
  readonly id: string;
  readonly act: CaseAct;
  readonly consumer_group: string;
  readonly partition: number;
  readonly letter_offset: string;
  readonly letter_at: Date;
  readonly code: string | null;
  readonly size_bytes: number;
  readonly original_topic: string | null;
  readonly original_partition: number | null;
  readonly original_offset: string | null;
  readonly original_at: Date | null;
  readonly state: CaseState;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_for: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_for: string | null;
  readonly decided_at: Date | null;
  readonly decision_reason: string | null;
}

/** Cases, the newest first, those before `before`; of one letter when it is named. */
export async function listCases(
  db: Queryable,
  query: {
    readonly limit: number;
    readonly before?: string;
    readonly state?: CaseState;
    readonly letter?: Letter;
  },
): Promise<readonly RecordedCase[]> {
  const { letter } = query;
  const found = await db.query<Row>(
    `SELECT * FROM dead_letter_case
      WHERE ($1::bigint IS NULL OR id < $1) AND ($2::text IS NULL OR state = $2)
        AND ($3::text IS NULL OR (consumer_group, partition, letter_offset) = ($3, $4::integer, $5::bigint))
      ORDER BY id DESC LIMIT $6`,
    [
      query.before ?? null,
      query.state ?? null,
      letter?.group ?? null,
      letter?.partition ?? null,
      letter?.offset ?? null,
      query.limit,
    ],
  );
  return found.rows.map(caseOf);
}

/** A case, under a lock when something is about to become of it. */
export async function findCase(
  db: Queryable,
  id: string,
  lock: 'lock' | 'read' = 'read',
): Promise<RecordedCase | undefined> {
  const found = await db.query<Row>(
    `SELECT * FROM dead_letter_case WHERE id = $1 ${lock === 'lock' ? 'FOR UPDATE' : ''}`,
    [id],
  );
  const [row] = found.rows;
  return row === undefined ? undefined : caseOf(row);
}

function caseOf(row: Row): RecordedCase {
  const { original_topic: topic, original_at: at } = row;
  return {
    id: row.id,
    act: row.act,
    group: row.consumer_group,
    partition: row.partition,
    offset: row.letter_offset,
    deadAtMs: row.letter_at.getTime(),
    code: row.code,
    sizeBytes: row.size_bytes,
    original:
      topic === null || at === null
        ? null
        : {
            topic,
            partition: row.original_partition ?? 0,
            offset: row.original_offset ?? '0',
            appendedAtMs: at.getTime(),
          },
    state: row.state,
    reason: row.reason,
    proposedBy: row.proposed_by,
    proposedFor: row.proposed_for,
    proposedAtMs: row.proposed_at.getTime(),
    decidedBy: row.decided_by,
    decidedFor: row.decided_for,
    decidedAtMs: row.decided_at?.getTime() ?? null,
    decisionReason: row.decision_reason,
  };
}
