import {
  classifyPostgresError,
  inTransaction,
  type OffsetKey,
  type Pool,
  type Queryable,
  StaleOffset,
} from '@chappe/postgres';
import { type Delivery, deriveId, encode, receiptTopic } from '@chappe/schemas';
import type { Deadline } from '../domain/deadline.ts';
import { facetsOf } from '../domain/inbox-filter.ts';
import { deliveryMarkings, type InboxItem, itemOf } from '../domain/inbox-item.ts';
import type { InboxEntry, SentEntry, SlicePlan } from '../domain/plan-slice.ts';
import type { Settlement } from '../domain/settle-deadline.ts';
import { deadlineRow, settlementRow } from './deadline-rows.ts';

/** One slice to apply: what it changes, and how the stored offset moves with it; in a replay it does not. */
export interface SliceToApply {
  readonly offset: OffsetKey;
  readonly move: { readonly first: bigint; readonly after: bigint } | null;
  readonly plan: SlicePlan;
  readonly atMs: number;
  /** What its deliveries make their holders owe, by the delivery that causes it. */
  readonly deadlines?: readonly (readonly [deliveryId: string, deadline: Deadline])[];
  readonly settlements?: readonly Settlement[];
}

/** Applies a slice in one transaction and tells which items it put into inboxes, in their order. */
export type ApplySlice = (slice: SliceToApply) => Promise<readonly InboxItem[]>;

interface PlacedRow {
  readonly o_ordinal: number;
  readonly o_number: string;
  readonly o_recalled_by: string | null;
  readonly o_withdrawn: boolean;
}

/** What the migration's function raises when the stored offset is not where the slice began. */
const staleOffsetCode = 'CH409';

const statement = `WITH placed AS MATERIALIZED (
    SELECT o_ordinal, o_number, o_recalled_by, o_withdrawn FROM apply_deliveries_and_deadlines(
      $1, $2, $3, $4, $5, $6::text[], $7::timestamptz, $8, $9::jsonb, $10::bytea[], $11::bytea[], $12::jsonb,
      $13::bytea[], $14::jsonb, $15::jsonb)
  ), filed AS (
    INSERT INTO inbox_facet (correspondent, facet, number)
    SELECT f.correspondent, f.facet, p.o_number
    FROM placed AS p
    JOIN jsonb_to_recordset($16::jsonb) AS f(ordinal integer, correspondent text, facet text) ON f.ordinal = p.o_ordinal
    WHERE NOT (p.o_withdrawn AND f.facet LIKE 'country:%')
  )
  SELECT o_ordinal, o_number, o_recalled_by, o_withdrawn FROM placed ORDER BY o_ordinal`;

/**
 * One round trip: the functions of the migrations lock the counters, look what is there already, number and store
 * the rest with the deadlines that it causes, settle those that it fulfils, leave the receipts in the outbox and
 * move the offset, all or nothing; what was placed is filed under what it can be found by.
 */
export function createApplySlice(pool: Pool): ApplySlice {
  return async ({ offset, move, plan, atMs, deadlines = [], settlements = [] }) => {
    const contents = plan.inbox.map((entry) => contentOf(entry.delivery));
    const moving = move === null ? standingStill(offset) : { ...offset, ...move };
    const parameters = [
      moving.group,
      moving.topic,
      moving.partition,
      moving.first,
      moving.after,
      plan.correspondents,
      new Date(atMs),
      receiptTopic,
      JSON.stringify(plan.inbox.map(inboxRow)),
      contents,
      plan.inbox.map((entry) => deliveredReceipt(entry.delivery, atMs)),
      JSON.stringify(plan.sent.map(sentRow)),
      plan.sent.map((entry) => contentOf(entry.delivery)),
      JSON.stringify(deadlineRows(plan, deadlines)),
      JSON.stringify(settlements.map(settlementRow)),
      JSON.stringify(plan.inbox.flatMap(facetRows)),
    ];
    const apply = (db: Queryable) =>
      db.query<PlacedRow>({ name: 'apply-deliveries', text: statement, values: parameters });
    try {
      const placed = move === null ? await withoutOffset(pool, moving, apply) : await apply(pool);
      const dueAtMs = earliestDues(deadlines);
      return placed.rows.flatMap((row) => placedItem(row, plan.inbox, contents, dueAtMs, atMs));
    } catch (error) {
      throw failureOf(error, offset);
    }
  };
}

const standingStill = ({ group, topic, partition }: OffsetKey) => ({
  group: `${group}.replay`,
  topic,
  partition,
  first: 0n,
  after: 0n,
});

/**
 * The function moves an offset and fails when it cannot: a replay gives it one that nobody reads by, that does
 * not move, and that exists in its transaction only. Two replays of a partition thereby wait for each other.
 */
async function withoutOffset<T>(
  pool: Pool,
  { group, topic, partition }: OffsetKey,
  apply: (db: Queryable) => Promise<T>,
): Promise<T> {
  const key = [group, topic, partition];
  return await inTransaction(pool, async (client) => {
    await client.query(
      'INSERT INTO stored_offset (group_id, topic, partition, next) VALUES ($1, $2, $3, 0)',
      key,
    );
    const applied = await apply(client);
    await client.query(
      'DELETE FROM stored_offset WHERE group_id = $1 AND topic = $2 AND partition = $3',
      key,
    );
    return applied;
  });
}

/** Says whether to try again: a lost connection must not be taken for a fault of the record. */
function failureOf(error: unknown, offset: OffsetKey): unknown {
  if (error instanceof Error && Reflect.get(error, 'code') === staleOffsetCode)
    return new StaleOffset(offset);
  const failure = classifyPostgresError(error);
  if (failure === 'not-postgres' || !(error instanceof Error)) return error;
  return Object.assign(error, { transient: failure !== 'permanent' });
}

function placedItem(
  row: PlacedRow,
  entries: readonly InboxEntry[],
  contents: readonly (Buffer | null)[],
  dueAtMs: ReadonlyMap<string, number>,
  atMs: number,
): InboxItem[] {
  // PostgreSQL counts from one.
  const entry = entries[row.o_ordinal - 1];
  if (entry === undefined) return [];
  const placement = {
    number: Number(row.o_number),
    deliveredAtMs: atMs,
    recalledBy: row.o_recalled_by,
    withdrawn: row.o_withdrawn,
    sizeBytes: contents[row.o_ordinal - 1]?.length ?? 0,
    dueAtMs: row.o_recalled_by === null ? (dueAtMs.get(entry.delivery.deliveryId) ?? null) : null,
  };
  return [itemOf(entry.delivery, placement)];
}

/** What a sender owes stands beside no inbox entry; what an entry causes is stored only if the entry is. */
function deadlineRows(
  { inbox }: SlicePlan,
  deadlines: readonly (readonly [string, Deadline])[],
): readonly object[] {
  const ordinals = new Map(inbox.map(({ delivery }, index) => [delivery.deliveryId, index + 1]));
  return deadlines.flatMap(([deliveryId, deadline]) => {
    const ordinal = ordinals.get(deliveryId) ?? null;
    return ordinal === null && deadline.kind !== 'REVIEW' ? [] : [deadlineRow(deadline, ordinal)];
  });
}

function earliestDues(deadlines: readonly (readonly [string, Deadline])[]): ReadonlyMap<string, number> {
  const earliest = new Map<string, number>();
  for (const [deliveryId, { dueAtMs }] of deadlines) {
    earliest.set(deliveryId, Math.min(dueAtMs, earliest.get(deliveryId) ?? dueAtMs));
  }
  return earliest;
}

function contentOf(delivery: Delivery): Buffer | null {
  return delivery.role === 'NOTICE' || delivery.message === null ? null : encode('Message', delivery.message);
}

function inboxRow({ delivery, cancels, deletes }: InboxEntry, index: number): object {
  return {
    ordinal: index + 1,
    correspondent: delivery.correspondent,
    delivery_id: delivery.deliveryId,
    message_id: delivery.messageId,
    decision_id: delivery.decisionId,
    thread_id: delivery.threadId,
    role: delivery.role,
    lane: delivery.lane,
    kind: delivery.kind,
    status: delivery.status,
    sender: delivery.sender,
    variant_id: delivery.variantId,
    directory_release: delivery.directoryRelease,
    decided_at: new Date(delivery.decidedAt).toISOString(),
    notice: delivery.role === 'NOTICE' ? delivery.notice : null,
    marking: deliveryMarkings(delivery),
    cancels,
    deletes,
  };
}

function facetRows({ delivery }: InboxEntry, index: number): readonly object[] {
  const { correspondent } = delivery;
  return facetsOf(delivered(delivery)).map((facet) => ({ ordinal: index + 1, correspondent, facet }));
}

/** What of a delivery it can be found by, as the item that it becomes. */
function delivered(delivery: Delivery): Parameters<typeof facetsOf>[0] {
  const { kind, sender, role } = delivery;
  return {
    ...{ kind, sender, role },
    message: role === 'NOTICE' ? null : delivery.message,
    markings: deliveryMarkings(delivery),
  };
}

function sentRow({ delivery, state, refusalCode }: SentEntry, index: number): object {
  return {
    ordinal: index + 1,
    correspondent: delivery.correspondent,
    message_id: delivery.messageId,
    request_digest: delivery.requestDigest,
    decision_id: delivery.decisionId,
    thread_id: delivery.threadId,
    lane: delivery.lane,
    kind: delivery.kind,
    status: delivery.status,
    state,
    refusal_code: refusalCode,
    decided_at: new Date(delivery.decidedAt).toISOString(),
  };
}

/** The machine's receipt; its id derives from the delivery, so that a reader knows a repetition. */
function deliveredReceipt(delivery: Delivery, atMs: number): Buffer {
  return encode('Receipt', {
    receiptId: deriveId('receipt', delivery.deliveryId, 'DELIVERED'),
    messageId: delivery.messageId,
    deliveryId: delivery.deliveryId,
    correspondent: delivery.correspondent,
    sender: delivery.sender,
    type: 'DELIVERED',
    version: 1,
    actor: null,
    position: null,
    channel: 'SYSTEM',
    recordedBy: null,
    reason: null,
    transferredTo: null,
    at: atMs,
    lane: delivery.lane,
    status: delivery.status,
  });
}
