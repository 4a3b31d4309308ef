import type { Queryable } from '@chappe/postgres';
import type { SentItem } from '../domain/sent-status.ts';
import { concernsDispatch, type TrackedDisclosure } from '../domain/track-disclosures.ts';
import { decodeContent } from './postgres-inbox.ts';
import { readHistories } from './postgres-receipts.ts';

/** More disclosures of one message exist nowhere but in an attack. */
const mostDisclosures = 500;

interface DisclosureRow {
  readonly message_id: string;
  readonly discloser: string;
  readonly content: Buffer | null;
  readonly withdrawn: boolean;
  /** The notice that recalls it, where there is one. */
  readonly delivery_id: string | null;
  readonly receipt_stage: TrackedDisclosure['stage'];
  readonly ordered: boolean | null;
}

/**
 * Disclosures to local bodies that bear on a sent message, as far as its sender was told of them: those that it
 * received or recorded itself. Of a cancellation those that it recalls, of a dispatch those that were recorded about
 * it. A recalled one has a notice at who disclosed, ordered by the cancellation, or by the disclosure itself when it
 * was recorded later; of several the latest is the one that is acknowledged.
 */
export async function readTrackedDisclosures(
  db: Queryable,
  item: SentItem,
  recipients: ReadonlySet<string>,
): Promise<readonly TrackedDisclosure[]> {
  const { kind, state } = item;
  if (state !== 'ACCEPTED' || (kind !== 'CANCELLATION' && kind !== 'DISPATCH')) return [];
  const { rows } = await db.query<DisclosureRow>({
    name: 'tracking-disclosures',
    text: `WITH told AS (
             SELECT message_id, sender AS discloser, content, recalled_by IS NOT NULL AS withdrawn FROM inbox_item
             WHERE correspondent = $1 AND thread_id = $2 AND kind = 'DISCLOSURE' AND role <> 'NOTICE'
             UNION ALL
             SELECT message_id, correspondent, content, false FROM sent_item
             WHERE correspondent = $1 AND thread_id = $2 AND kind = 'DISCLOSURE' AND state = 'ACCEPTED'
             LIMIT ${mostDisclosures})
           SELECT DISTINCT ON (t.message_id) t.message_id, t.discloser, t.content, t.withdrawn, x.delivery_id,
             x.receipt_stage, bool_or(x.decision_id = $3) OVER (PARTITION BY t.message_id) AS ordered
           FROM told AS t
           LEFT JOIN inbox_item AS x ON x.message_id = t.message_id AND x.correspondent = t.discloser
             AND x.role = 'NOTICE' AND x.notice->>'code' = 'cancelled'
           ORDER BY t.message_id, x.number DESC`,
    values: [item.correspondent, item.threadId, item.decisionId],
  });
  const concerned = rows.filter((row) =>
    kind === 'CANCELLATION' ? isRecalledBy(item, row) : isAbout(item, row, recipients),
  );
  const histories = await readHistories(
    db,
    concerned.flatMap(({ delivery_id }) => (delivery_id === null ? [] : [{ delivery_id }])),
  );
  return concerned.map((row) => ({
    correspondent: row.discloser,
    messageId: row.message_id,
    stage: row.delivery_id === null ? null : row.receipt_stage,
    receipts: histories.get(row.delivery_id ?? '') ?? [],
  }));
}

function isRecalledBy({ message }: SentItem, { delivery_id, ordered, content }: DisclosureRow): boolean {
  if (delivery_id === null) return false;
  return ordered === true || decodeContent(content)?.disclosure?.original.messageId === message?.cancels;
}

/** One that was itself cancelled was recorded by mistake: nothing was told. */
function isAbout(
  { messageId, message }: SentItem,
  { discloser, content, withdrawn }: DisclosureRow,
  recipients: ReadonlySet<string>,
): boolean {
  const disclosure = decodeContent(content);
  const originalId = disclosure?.disclosure?.original.messageId;
  if (withdrawn || disclosure === null || originalId === undefined) return false;
  const passedOnId = message?.dispatch?.original.messageId ?? null;
  return concernsDispatch(
    { discloser, originalId, inReplyTo: disclosure.inReplyTo },
    { messageId, passedOnId, recipients },
  );
}
