import type { Queryable } from '@chappe/postgres';
import { decode, type Lane, type Message } from '@chappe/schemas';
import { type InboxFilter, isNarrow } from '../domain/inbox-filter.ts';
import type { InboxItem, NoticeCard } from '../domain/inbox-item.ts';
import type { ReceiptState } from '../domain/receipt-state.ts';
import { narrow } from './postgres-narrow-inbox.ts';
import type { InboxHeads } from './stream-hub.ts';

/** Items after a number, ascending, or before it, descending. */
export interface InboxPage {
  readonly correspondent: string;
  /** 0 is the end from which the order begins. */
  readonly from: number;
  /** Ascending only: the last number looked at. */
  readonly until?: number;
  readonly order: 'ascending' | 'descending';
  readonly limit: number;
  readonly filter?: InboxFilter;
}

/** Reads inboxes. Whether a reader may see what is read is decided by the caller, item by item. */
export interface InboxReader {
  page(query: InboxPage): Promise<readonly InboxItem[]>;
  /** The message itself if it was delivered, before any notice about it. */
  find(correspondent: string, messageId: string): Promise<InboxItem | null>;
  thread(correspondent: string, threadId: string, limit: number): Promise<readonly InboxItem[]>;
  heads(correspondents: readonly string[]): Promise<InboxHeads>;
}

/** A row of `inbox_item` as the driver gives it. */
interface InboxRow {
  readonly correspondent: string;
  readonly number: string;
  readonly delivery_id: string;
  readonly message_id: string;
  readonly decision_id: string;
  readonly thread_id: string;
  readonly role: InboxItem['role'];
  readonly lane: Lane;
  readonly kind: string;
  readonly status: string;
  readonly sender: string;
  readonly delivered_at: Date;
  readonly notice: NoticeCard | null;
  readonly content: Buffer | null;
  readonly marking: InboxItem['markings'];
  readonly recalled_by: string | null;
  readonly withdrawn: boolean;
  readonly receipt_stage: ReceiptState['stage'];
  readonly receipt_version: number;
  readonly assignee: string | null;
  readonly taken_by: string | null;
  readonly taken_position: string | null;
  readonly taken_at: Date | null;
  readonly due_at: Date | null;
}

const columns = `x.correspondent, x.number, x.delivery_id, x.message_id, x.decision_id, x.thread_id, x.role, x.lane,
  x.kind, x.status, x.sender, x.delivered_at, x.notice, x.content, x.marking, x.recalled_by, x.withdrawn,
  x.receipt_stage, x.receipt_version, x.assignee, x.taken_by, x.taken_position, x.taken_at,
  (SELECT min(d.due_at) FROM deadline AS d WHERE d.message_id = x.message_id
    AND d.correspondent = x.correspondent AND d.ended_at IS NULL) AS due_at`;

const unbounded = '9223372036854775807';

/** Makes the reader of inboxes over a pool. */
export function createInboxReader(db: Queryable): InboxReader {
  async function items(
    name: string | undefined,
    text: string,
    values: unknown[],
  ): Promise<readonly InboxItem[]> {
    const { rows } = await db.query<InboxRow>({ ...(name === undefined ? {} : { name }), text, values });
    return rows.map(itemFromRow);
  }

  return {
    page({ correspondent, from, until, order, limit, filter = {} }) {
      const ascending = order === 'ascending';
      const bound = (column: string) =>
        ascending ? `${column} > $2 AND ${column} <= $3` : `${column} < $2 AND ${column} <= $3`;
      const narrowed = narrow(filter, { correspondentParameter: 1, firstParameter: 5, bound });
      return items(
        // Planned anew for each filter: which of its values are rare decides how to read.
        isNarrow(filter) ? undefined : `inbox-page-${order}`,
        `SELECT ${columns} FROM inbox_item AS x ${narrowed.joins}
         WHERE x.correspondent = $1 AND ${bound('x.number')} ${narrowed.conditions}
         ORDER BY x.number ${ascending ? 'ASC' : 'DESC'} LIMIT $4`,
        [
          correspondent,
          !ascending && from === 0 ? unbounded : from,
          until ?? unbounded,
          limit,
          ...narrowed.values,
        ],
      );
    },
    async find(correspondent, messageId) {
      const found = await items(
        'inbox-find',
        `(SELECT ${columns} FROM inbox_item AS x WHERE correspondent = $1 AND message_id = $2 AND role <> 'NOTICE')
         UNION ALL
         (SELECT ${columns} FROM inbox_item AS x WHERE correspondent = $1 AND message_id = $2 AND role = 'NOTICE'
          ORDER BY number DESC LIMIT 1)`,
        [correspondent, messageId],
      );
      return found[0] ?? null;
    },
    thread: (correspondent, threadId, limit) =>
      items(
        'inbox-thread',
        `SELECT ${columns} FROM inbox_item AS x WHERE correspondent = $1 AND thread_id = $2 ORDER BY number LIMIT $3`,
        [correspondent, threadId, limit],
      ),
    async heads(correspondents) {
      const { rows } = await db.query<{
        epoch: number;
        correspondent: string | null;
        last_number: string | null;
      }>({
        name: 'inbox-heads',
        text: `SELECT e.epoch, c.correspondent, c.last_number
               FROM mailbox_epoch AS e LEFT JOIN inbox_counter AS c ON c.correspondent = ANY ($1)`,
        values: [correspondents],
      });
      const last = new Map<string, number>();
      for (const row of rows) {
        if (row.correspondent !== null) last.set(row.correspondent, Number(row.last_number));
      }
      return { epoch: rows[0]?.epoch ?? 1, last };
    },
  };
}

/** Decodes a stored variant; what this release wrote or read once it can read again. */
export function decodeContent(content: Buffer | null): Message | null {
  if (content === null) return null;
  const decoded = decode('Message', content);
  if (decoded.status !== 'decoded') throw new Error(`a stored message cannot be decoded: ${decoded.status}`);
  return decoded.value;
}

function itemFromRow(row: InboxRow): InboxItem {
  return {
    correspondent: row.correspondent,
    number: Number(row.number),
    deliveryId: row.delivery_id,
    messageId: row.message_id,
    decisionId: row.decision_id,
    threadId: row.thread_id,
    role: row.role,
    lane: row.lane,
    kind: row.kind,
    status: row.status,
    sender: row.sender,
    deliveredAtMs: row.delivered_at.getTime(),
    message: decodeContent(row.content),
    notice: row.notice,
    markings: row.marking,
    recalledBy: row.recalled_by,
    withdrawn: row.withdrawn,
    receipt: {
      stage: row.receipt_stage,
      version: row.receipt_version,
      assignee: row.assignee,
      taken:
        row.taken_by === null || row.taken_at === null
          ? null
          : { person: row.taken_by, position: row.taken_position ?? '', atMs: row.taken_at.getTime() },
    },
    dueAtMs: row.due_at?.getTime() ?? null,
    sizeBytes: row.content?.length ?? 0,
  };
}
