import type { Queryable } from '@chappe/postgres';
import type { SentItem } from '../domain/sent-status.ts';
import { decodeContent } from './postgres-inbox.ts';

/** Reads what a correspondent has sent. */
export interface SentReader {
  /** The latest first, from before a position; `null` starts at the end. With a reference, only what bears it. */
  page(
    correspondent: string,
    before: number | null,
    limit: number,
    reference?: string,
  ): Promise<readonly SentItem[]>;
  /** Every decided copy of one message. */
  copies(correspondent: string, messageId: string): Promise<readonly SentItem[]>;
  thread(correspondent: string, threadId: string, limit: number): Promise<readonly SentItem[]>;
}

interface SentRow {
  readonly correspondent: string;
  readonly position: string;
  readonly message_id: string;
  readonly decision_id: string;
  readonly thread_id: string;
  readonly lane: string;
  readonly kind: string;
  readonly status: string;
  readonly state: SentItem['state'];
  readonly refusal_code: string | null;
  readonly decided_at: Date;
  readonly content: Buffer | null;
}

const columns = `correspondent, position, message_id, decision_id, thread_id, lane, kind, status, state, refusal_code,
  decided_at, content`;

/** Makes the reader of sent messages over a pool. */
export function createSentReader(db: Queryable): SentReader {
  async function items(name: string, text: string, values: unknown[]): Promise<readonly SentItem[]> {
    const { rows } = await db.query<SentRow>({ name, text, values });
    return rows.map(itemFromRow);
  }

  const latest = (correspondent: string, before: number | null, limit: number) =>
    items(
      'sent-page',
      `SELECT ${columns} FROM sent_item WHERE correspondent = $1 AND ($2::bigint IS NULL OR position < $2)
       ORDER BY position DESC LIMIT $3`,
      [correspondent, before, limit],
    );
  const named = (correspondent: string, before: number | null, limit: number, reference: string) =>
    items(
      'sent-named',
      `SELECT ${columns} FROM sent_item WHERE correspondent = $1 AND ($2::bigint IS NULL OR position < $2)
         AND position = ANY (ARRAY(SELECT m.number FROM message_reference AS m
           WHERE m.correspondent = $1 AND m.side = 'SENT' AND m.reference = $4))
       ORDER BY position DESC LIMIT $3`,
      [correspondent, before, limit, reference],
    );

  return {
    page: (correspondent, before, limit, reference) =>
      reference === undefined
        ? latest(correspondent, before, limit)
        : named(correspondent, before, limit, reference),
    copies: (correspondent, messageId) =>
      items('sent-copies', `SELECT ${columns} FROM sent_item WHERE correspondent = $1 AND message_id = $2`, [
        correspondent,
        messageId,
      ]),
    thread: (correspondent, threadId, limit) =>
      items(
        'sent-thread',
        `SELECT ${columns} FROM sent_item WHERE correspondent = $1 AND thread_id = $2 AND state = 'ACCEPTED'
         ORDER BY position LIMIT $3`,
        [correspondent, threadId, limit],
      ),
  };
}

function itemFromRow(row: SentRow): SentItem {
  return {
    correspondent: row.correspondent,
    position: Number(row.position),
    messageId: row.message_id,
    decisionId: row.decision_id,
    threadId: row.thread_id,
    lane: row.lane,
    kind: row.kind,
    status: row.status,
    state: row.state,
    refusalCode: row.refusal_code,
    decidedAtMs: row.decided_at.getTime(),
    message: decodeContent(row.content),
  };
}
