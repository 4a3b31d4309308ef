import type { Queryable } from '@chappe/postgres';
import type { Message } from '@chappe/schemas';
import type { SentItem } from '../domain/sent-status.ts';
import type { SentTracking, TrackedDelivery, TrackedRecall } from '../domain/track-message.ts';
import { standInsSeen } from '../domain/track-stand-ins.ts';
import { readDeadlines } from './postgres-deadlines.ts';
import { decodeContent } from './postgres-inbox.ts';
import { readHistories } from './postgres-receipts.ts';
import { readStandIns, type StandInRow } from './postgres-stand-ins.ts';
import { readTrackedDisclosures } from './postgres-tracked-disclosures.ts';

/** Reads what happened to a sent message; who of its recipients the sender may know of is the domain's to say. */
export type ReadTracking = (item: SentItem, senderInside: boolean) => Promise<SentTracking>;

/** Longer threads exist nowhere but in an attack. */
const mostOwnMessages = 500;

interface DeliveryRow {
  readonly delivery_id: string;
  readonly correspondent: string;
  readonly role: TrackedDelivery['role'];
  readonly kind: string;
  readonly notice_code: string | null;
  readonly delivered_at: Date;
  readonly receipt_stage: TrackedDelivery['stage'];
  readonly receipt_version: number;
  readonly assignee: string | null;
  readonly recalled_by: string | null;
}

interface RecallRow {
  readonly delivery_id: string;
  readonly correspondent: string;
  readonly message_id: string;
  readonly receipt_stage: TrackedRecall['stage'];
}

const columns = `delivery_id, correspondent, role, kind, notice->>'code' AS notice_code, delivered_at, receipt_stage,
  receipt_version, assignee, recalled_by`;

/** Makes the reader of trackings over a pool. */
export function createTrackingReader(db: Queryable): ReadTracking {
  return async (item, senderInside) => {
    const deliveries = item.state === 'ACCEPTED' ? await readDeliveries(db, item) : [];
    const standIns = await readStandIns(db, item.messageId);
    const copies = await readStandInCopies(db, item, standIns);
    const recalls = await readRecalls(db, item, [...deliveries, ...copies]);
    const histories = await readHistories(db, [...deliveries, ...copies, ...recalls]);
    const receiptsOf = (row: { readonly delivery_id: string }) => histories.get(row.delivery_id) ?? [];
    return {
      messageId: item.messageId,
      state: item.state,
      kind: item.kind,
      sender: item.correspondent,
      senderInside,
      disclosures: await readTrackedDisclosures(
        db,
        item,
        new Set(deliveries.map((each) => each.correspondent)),
      ),
      deadlines: await readDeadlines(db, [item.messageId, ...recalls.map((each) => each.message_id)]),
      known: followsUp(item) ? await readKnown(db, item) : null,
      deliveries: deliveries.map((row) => deliveryOf(row, receiptsOf(row))),
      standIns: standIns.map(({ suspended, stand_in, settled_at }) => {
        const copy = copies.find((each) => each.correspondent === stand_in);
        return {
          suspended,
          correspondent: stand_in,
          atMs: settled_at.getTime(),
          delivery: copy === undefined ? null : deliveryOf(copy, receiptsOf(copy)),
        };
      }),
      recalls: recalls.map((row) => ({
        correspondent: row.correspondent,
        messageId: row.message_id,
        stage: row.receipt_stage,
        receipts: receiptsOf(row),
      })),
    };
  };
}

function deliveryOf(row: DeliveryRow, receipts: TrackedDelivery['receipts']): TrackedDelivery {
  return {
    correspondent: row.correspondent,
    role: row.role,
    kind: row.kind,
    noticeCode: row.notice_code,
    deliveredAtMs: row.delivered_at.getTime(),
    stage: row.receipt_stage,
    version: row.receipt_version,
    assignee: row.assignee,
    recalled: row.recalled_by !== null,
    receipts,
  };
}

/**
 * What follows a message up goes to whoever holds that message, by whatever path. What opens a thread goes where
 * its sender and the rules send it, and a dispatch to those whom it names.
 */
function followsUp({ messageId, threadId, kind }: SentItem): boolean {
  return messageId !== threadId && kind !== 'DISPATCH';
}

/** Who got the message by its own decision, the bare notices of a follow-up included; never the sender itself. */
async function readDeliveries(db: Queryable, item: SentItem): Promise<readonly DeliveryRow[]> {
  const { rows } = await db.query<DeliveryRow>({
    name: 'tracking-deliveries',
    text: `SELECT * FROM (
             SELECT ${columns} FROM inbox_item
             WHERE message_id = $1 AND sender = $2 AND decision_id = $3 AND role <> 'NOTICE'
             UNION ALL
             SELECT ${columns} FROM inbox_item
             WHERE message_id = $1 AND sender = $2 AND decision_id = $3 AND role = 'NOTICE') AS x
           WHERE correspondent <> $2 ORDER BY correspondent`,
    values: [item.messageId, item.correspondent, item.decisionId],
  });
  return rows;
}

/** The copies that stand-ins hold of the message, by whatever decision. */
async function readStandInCopies(
  db: Queryable,
  item: SentItem,
  standIns: readonly StandInRow[],
): Promise<readonly DeliveryRow[]> {
  if (standIns.length === 0) return [];
  const { rows } = await db.query<DeliveryRow>({
    name: 'tracking-stand-in-copies',
    text: `SELECT ${columns} FROM inbox_item
           WHERE message_id = $1 AND role <> 'NOTICE' AND correspondent = ANY ($2) AND correspondent <> $3`,
    values: [item.messageId, [...new Set(standIns.map((each) => each.stand_in))], item.correspondent],
  });
  return rows;
}

/**
 * Of whom a sender knows that they are in its thread: those who got what it opened the thread with by its own
 * decision, whoever took over from these while they were suspended, whom it ever named there itself, and the authors of
 * what it received there.
 */
async function readKnown(db: Queryable, item: SentItem): Promise<ReadonlySet<string>> {
  const served = await db.query<{ correspondent: string }>({
    name: 'tracking-known',
    text: `SELECT x.correspondent FROM inbox_item AS x
             JOIN sent_item AS s ON s.correspondent = $1 AND s.message_id = x.message_id
               AND s.decision_id = x.decision_id
             WHERE x.message_id = $2 AND x.role <> 'NOTICE'
           UNION
           SELECT sender FROM inbox_item WHERE correspondent = $1 AND thread_id = $2 AND role <> 'NOTICE'`,
    values: [item.correspondent, item.threadId],
  });
  const own = await db.query<{ content: Buffer | null }>({
    name: 'tracking-own',
    text: `SELECT content FROM sent_item WHERE correspondent = $1 AND thread_id = $2 AND state = 'ACCEPTED'
           ORDER BY position DESC LIMIT ${mostOwnMessages}`,
    values: [item.correspondent, item.threadId],
  });
  const named = own.rows.flatMap(({ content }) => namedIn(decodeContent(content)));
  const known = new Set([...served.rows.map((row) => row.correspondent), ...named]);
  const pairs = (await readStandIns(db, item.threadId)).map(({ suspended, stand_in, settled_at }) => ({
    ...{ suspended, correspondent: stand_in, atMs: settled_at.getTime() },
  }));
  for (const { correspondent } of standInsSeen(pairs, known)) known.add(correspondent);
  return known;
}

function namedIn(message: Message | null): readonly string[] {
  if (message === null) return [];
  const { recipients, dispatch } = message;
  return [recipients, ...(dispatch === null ? [] : [dispatch])].flatMap(({ action, information }) =>
    [...action, ...information].map((addressee) => addressee.correspondent),
  );
}

/** The cancellations that these recipients got of the message or, for a dispatch, of what it passed on. */
async function readRecalls(
  db: Queryable,
  item: SentItem,
  deliveries: readonly DeliveryRow[],
): Promise<readonly RecallRow[]> {
  const original = item.message?.dispatch?.original.messageId;
  const { rows } = await db.query<RecallRow>({
    name: 'tracking-recalls',
    text: `SELECT DISTINCT ON (x.correspondent) x.delivery_id, x.correspondent, x.message_id, x.receipt_stage
           FROM inbox_item AS x
           WHERE x.correspondent = ANY ($1) AND x.thread_id = $2 AND x.kind = 'CANCELLATION'
             AND CASE WHEN x.role = 'NOTICE'
               THEN x.notice->>'code' = 'cancelled' AND x.notice->>'messageId' = ANY ($3::text[])
               ELSE EXISTS (SELECT FROM recall AS r WHERE r.correspondent = x.correspondent
                 AND r.message_id = ANY ($3::uuid[]) AND r.recalled_by = x.message_id) END
           ORDER BY x.correspondent, x.number DESC`,
    values: [
      deliveries.map((each) => each.correspondent),
      item.threadId,
      [item.messageId, ...(original === undefined ? [] : [original])],
    ],
  });
  return rows;
}
