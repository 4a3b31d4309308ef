import { type Client, enqueueOutbox, inTransaction, type Pool } from '@chappe/postgres';
import { deriveId, encode, type Receipt, receiptTopic } from '@chappe/schemas';
import { giveReceipt, type ReceiptAct, type ReceiptOutcome } from '../domain/give-receipt.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import type { GivenReceipt } from '../domain/receipt-state.ts';
import { endDeadlines } from './postgres-end-deadlines.ts';
import { tellHandOvers } from './postgres-tell-hand-overs.ts';

/** What somebody does about one message of the own inbox. */
export interface MessageAct {
  readonly messageId: string;
  readonly act: ReceiptAct;
  /** The function that a hand-over names, as the directory writes it; empty for any other act. */
  readonly positions: readonly string[];
}

/** What became of it, with all that was ever given; `absent` covers what may not be seen. */
export type MessageOutcome =
  | { readonly status: 'absent' }
  | (ReceiptOutcome & { readonly history: readonly GivenReceipt[]; readonly threadId: string });

/** A delivery as far as policy and receipts look at it. */
export type AcknowledgeableItem = Pick<InboxItem, 'correspondent' | 'role' | 'markings'>;

/** Gives receipts about messages of one inbox, one outcome per act in their order; all or none are stored. */
export type GiveReceipts = (
  correspondent: string,
  acts: readonly MessageAct[],
  mayGive: (item: AcknowledgeableItem) => boolean,
) => Promise<readonly MessageOutcome[]>;

interface DeliveryRow {
  readonly delivery_id: string;
  readonly message_id: string;
  readonly thread_id: string;
  readonly role: InboxItem['role'];
  readonly kind: string;
  readonly lane: Receipt['lane'];
  readonly status: Receipt['status'];
  readonly sender: string;
  readonly marking: InboxItem['markings'];
  readonly notice_code: string | null;
}

interface ReceiptRow {
  readonly delivery_id: string;
  readonly version: number;
  readonly type: GivenReceipt['type'];
  readonly person: string;
  readonly position: string;
  readonly channel: GivenReceipt['channel'];
  readonly reason: string | null;
  readonly transferred_to: string | null;
  readonly at: Date;
}

type Given = Extract<ReceiptOutcome, { status: 'given' }> & {
  readonly delivery: DeliveryRow;
  readonly positions: readonly string[];
};

/**
 * One transaction: the rows of the deliveries are locked in the order of their numbers, so that of two people
 * the second sees what the first gave and two bulks never deadlock; then receipts, states and the records for
 * the log are stored together. A record leaves under the key of its message, so its readers see its versions
 * in order. `tellsHandOvers`: whoever holds the function that a hand-over names is told of it through ingest.
 */
export function createReceiptGiver(pool: Pool, options: { tellsHandOvers: boolean }): GiveReceipts {
  return (correspondent, acts, mayGive) =>
    inTransaction(pool, async (client) => {
      const deliveries = await lockDeliveries(client, correspondent, acts);
      const histories = await readHistories(client, [...deliveries.values()]);
      const given: Given[] = [];
      const outcomes = acts.map(({ messageId, act, positions }): MessageOutcome => {
        const delivery = deliveries.get(messageId);
        if (delivery === undefined) return { status: 'absent' };
        const item = { correspondent, role: delivery.role, markings: delivery.marking };
        if (!mayGive(item)) return { status: 'absent' };
        const history = histories.get(delivery.delivery_id) ?? [];
        const outcome = giveReceipt(history, { ...item, ...factsOf(delivery) }, act);
        const threadId = delivery.thread_id;
        if (outcome.status !== 'given') return { ...outcome, history, threadId };
        const longer = [...history, outcome.receipt];
        histories.set(delivery.delivery_id, longer);
        given.push({ ...outcome, delivery, positions });
        return { ...outcome, history: longer, threadId };
      });
      await store(client, correspondent, given);
      if (options.tellsHandOvers) {
        const toFunctions = given.filter(({ positions }) => positions.length > 0);
        await tellHandOvers(client, correspondent, toFunctions);
      }
      return outcomes;
    });
}

/** The receipts of some deliveries, each in the order of its versions. */
export async function readHistories(
  db: Pick<Client, 'query'>,
  deliveries: readonly { readonly delivery_id: string }[],
): Promise<Map<string, readonly GivenReceipt[]>> {
  const { rows } = await db.query<ReceiptRow>({
    name: 'receipt-histories',
    text: `SELECT delivery_id, version, type, person, position, channel, reason, transferred_to, at FROM receipt
           WHERE delivery_id = ANY ($1::uuid[]) ORDER BY delivery_id, version`,
    values: [deliveries.map((each) => each.delivery_id)],
  });
  const grouped = Map.groupBy(rows, (row) => row.delivery_id);
  return new Map([...grouped].map(([deliveryId, own]) => [deliveryId, own.map(receiptOf)]));
}

async function lockDeliveries(
  client: Client,
  correspondent: string,
  acts: readonly MessageAct[],
): Promise<ReadonlyMap<string, DeliveryRow>> {
  const { rows } = await client.query<DeliveryRow>({
    name: 'receipt-lock',
    text: `SELECT delivery_id, message_id, thread_id, role, kind, lane, status, sender, marking, notice->>'code' AS notice_code
           FROM inbox_item WHERE delivery_id = ANY (ARRAY(
             SELECT delivery_id FROM inbox_item
             WHERE correspondent = $1 AND message_id = ANY ($2::uuid[]) AND role <> 'NOTICE'
             UNION ALL
             SELECT delivery_id FROM inbox_item
             WHERE correspondent = $1 AND message_id = ANY ($2::uuid[]) AND role = 'NOTICE'))
           ORDER BY number FOR UPDATE`,
    values: [correspondent, [...new Set(acts.map((each) => each.messageId))]],
  });
  const found = new Map<string, DeliveryRow>();
  // The message itself goes before any notice about it, and the latest notice before older ones.
  for (const row of rows) {
    const known = found.get(row.message_id);
    if (known === undefined || known.role === 'NOTICE') found.set(row.message_id, row);
  }
  return found;
}

async function store(client: Client, correspondent: string, given: readonly Given[]): Promise<void> {
  if (given.length === 0) return;
  const rows = given.map(({ delivery, receipt, state }) => ({
    delivery_id: delivery.delivery_id,
    version: receipt.version,
    type: receipt.type,
    person: receipt.person,
    position: receipt.position,
    channel: receipt.channel,
    reason: receipt.reason,
    transferred_to: receipt.transferredTo,
    at: new Date(receipt.atMs),
    stage: state.stage,
    assignee: state.assignee,
    taken_by: state.taken?.person ?? null,
    taken_position: state.taken?.position ?? null,
    taken_at: state.taken === null ? null : new Date(state.taken.atMs),
  }));
  await client.query({
    name: 'receipt-store',
    text: `WITH given AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb) AS g(
          delivery_id uuid, version integer, type text, person text, position text, channel text, reason text,
          transferred_to text, at timestamptz, stage text, assignee text, taken_by text, taken_position text,
          taken_at timestamptz)
      ), kept AS (
        INSERT INTO receipt (delivery_id, version, type, person, position, channel, reason, transferred_to, at)
        SELECT delivery_id, version, type, person, position, channel, reason, transferred_to, at FROM given
      ), latest AS (
        SELECT DISTINCT ON (delivery_id) * FROM given ORDER BY delivery_id, version DESC
      )
      UPDATE inbox_item AS x
      SET receipt_stage = l.stage, receipt_version = l.version, assignee = l.assignee, taken_by = l.taken_by,
        taken_position = l.taken_position, taken_at = l.taken_at
      FROM latest AS l WHERE x.delivery_id = l.delivery_id`,
    values: [JSON.stringify(rows)],
  });
  await endDeadlines(
    client,
    correspondent,
    given.map(({ delivery, receipt }) => ({ messageId: delivery.message_id, kind: delivery.kind, receipt })),
  );
  await enqueueOutbox(
    client,
    given.map((each) => ({
      topic: receiptTopic,
      key: each.delivery.message_id,
      value: receiptRecord(correspondent, each),
    })),
  );
}

function receiptRecord(correspondent: string, { delivery, receipt }: Given): Buffer {
  const bySystem = receipt.channel === 'SYSTEM';
  return encode('Receipt', {
    receiptId: deriveId('receipt', delivery.delivery_id, String(receipt.version)),
    messageId: delivery.message_id,
    deliveryId: delivery.delivery_id,
    correspondent,
    sender: delivery.sender,
    type: receipt.type,
    version: receipt.version,
    actor: bySystem ? receipt.person : null,
    position: receipt.position,
    channel: receipt.channel,
    recordedBy: bySystem ? null : receipt.person,
    reason: receipt.reason,
    transferredTo: receipt.transferredTo,
    at: receipt.atMs,
    lane: delivery.lane,
    status: delivery.status,
  });
}

function factsOf(row: DeliveryRow) {
  return { kind: row.kind, noticeCode: row.notice_code };
}

function receiptOf(row: ReceiptRow): GivenReceipt {
  return {
    version: row.version,
    type: row.type,
    person: row.person,
    position: row.position,
    channel: row.channel,
    reason: row.reason,
    transferredTo: row.transferred_to,
    atMs: row.at.getTime(),
  };
}
