import type { Queryable } from '@chappe/postgres';
import type { SentItem } from '../domain/sent-status.ts';
import type { TrackedDisclosure } from '../domain/track-disclosures.ts';
import { decodeContent } from './postgres-inbox.ts';
import { readHistories } from './postgres-receipts.ts';

/** More disclosures of one message exist nowhere but in an attack. */
const mostDisclosures = 500;

interface DisclosureRow {
  readonly message_id: string;
  readonly discloser: string;
  readonly content: Buffer | null;
  readonly delivery_id: string;
  readonly receipt_stage: TrackedDisclosure['stage'];
  readonly ordered: boolean;
}

/**
 * The disclosures that a cancellation recalls, as far as its sender was told of them: those that it received or
 * recorded itself. Each has a notice at who disclosed, ordered by the cancellation, or by the disclosure itself
 * when it was recorded later; of several the latest is the one that is acknowledged.
 */
export async function readRecalledDisclosures(
  db: Queryable,
  item: SentItem,
): Promise<readonly TrackedDisclosure[]> {
  if (item.kind !== 'CANCELLATION' || item.state !== 'ACCEPTED') return [];
  const { rows } = await db.query<DisclosureRow>({
    name: 'tracking-disclosures',
    text: `WITH told AS (
             SELECT message_id, sender AS discloser, content FROM inbox_item
             WHERE correspondent = $1 AND thread_id = $2 AND kind = 'DISCLOSURE' AND role <> 'NOTICE'
             UNION ALL
             SELECT message_id, correspondent, content FROM sent_item
             WHERE correspondent = $1 AND thread_id = $2 AND kind = 'DISCLOSURE' AND state = 'ACCEPTED'
             LIMIT ${mostDisclosures})
           SELECT DISTINCT ON (t.message_id) t.message_id, t.discloser, t.content, x.delivery_id, x.receipt_stage,
             bool_or(x.decision_id = $3) OVER (PARTITION BY t.message_id) AS ordered
           FROM told AS t
           JOIN inbox_item AS x ON x.message_id = t.message_id AND x.correspondent = t.discloser
             AND x.role = 'NOTICE' AND x.notice->>'code' = 'cancelled'
           ORDER BY t.message_id, x.number DESC`,
    values: [item.correspondent, item.threadId, item.decisionId],
  });
  const recalled = rows.filter(
    ({ ordered, content }) => ordered || originalOf(content) === item.message?.cancels,
  );
  const histories = await readHistories(db, recalled);
  return recalled.map((row) => ({
    correspondent: row.discloser,
    messageId: row.message_id,
    stage: row.receipt_stage,
    receipts: histories.get(row.delivery_id) ?? [],
  }));
}

function originalOf(content: Buffer | null): string | undefined {
  return decodeContent(content)?.disclosure?.original.messageId;
}
