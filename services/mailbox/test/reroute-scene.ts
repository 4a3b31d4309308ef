import { alwaysWithheldFromRecipients, renderVariant } from '@chappe/policy';
import {
  type Delivery,
  deriveId,
  deriveMessageId,
  laneOf,
  messageFromJson,
  variantDigest,
} from '@chappe/schemas';
import { type DeliveryWishes, delivery } from '../src/domain/delivery.fixture.ts';
import type { Told } from './deadline-scene.ts';
import { eventually, type Harness } from './mailbox-harness.ts';

/** An order to reroute, as it is told to ingest. */
export interface Order extends Told {
  readonly kind: string;
  readonly threadId: string;
  readonly inReplyTo: string;
}

/** Whether what was told is such an order. */
export function isOrder(told: Told): told is Order {
  return told.body.code === 'REROUTE';
}

/** Settings under which what is suspended is looked after at once. */
export const prompt = { REROUTE_SWEEP_MS: '100', DEADLINE_SWEEP_MS: '100' };

/** The next release of the directory, with exactly these posts suspended. */
export async function suspend(harness: Harness, ...codes: readonly string[]): Promise<void> {
  await harness.publishDirectory((entries) => ({
    ...entries,
    correspondents: entries.correspondents.map((each) => ({ ...each, suspended: codes.includes(each.code) })),
  }));
}

/** Delivers, and waits until all of it stands in its inbox. */
export async function deliver(harness: Harness, deliveries: readonly Delivery[]): Promise<void> {
  await harness.deliver(deliveries);
  const numbered = deliveries.filter((each) => each.role !== 'SENDER');
  await eventually('all are in their inboxes', async () => {
    const { rows } = await harness.pool.query('SELECT FROM inbox_item WHERE delivery_id = ANY ($1::uuid[])', [
      numbered.map((each) => each.deliveryId),
    ]);
    return rows.length === numbered.length;
  });
}

/** The message that ingest makes of an order. */
function messageOf(order: Order) {
  const messageId = deriveMessageId('service:system', order.submissionId);
  return messageFromJson({
    ...order,
    kind: 'SERVICE',
    messageId,
    reference: `SY-26-${messageId.slice(-7).toUpperCase()}-X`,
    sender: { correspondent: 'service:system' },
    actor: 'system-mailbox',
    releaseMode: 'NORMAL',
    receivedAt: '2026-01-02T03:04:05.000Z',
    matchPolicy: 'OPEN',
    requestDigest: `digest-${order.submissionId}`,
    schemaVersion: 1,
  } as Parameters<typeof messageFromJson>[0]);
}

function deliveryOf(
  order: Order,
  to: string,
  role: 'ACTION' | 'INFORMATION' | 'SENDER' | 'NOTICE',
  noticeCode: string | null = null,
): Delivery {
  const message = messageOf(order);
  const decisionId = deriveId('decision', message.messageId, message.requestDigest);
  const withheld = [...alwaysWithheldFromRecipients, 'provenance.partner'].sort();
  const variant = role === 'SENDER' ? message : renderVariant(message, withheld);
  return {
    deliveryId: deriveId('delivery', decisionId, message.messageId, to),
    decisionId,
    messageId: message.messageId,
    requestDigest: message.requestDigest,
    correspondent: to,
    role,
    lane: laneOf(message.urgency),
    threadId: message.threadId,
    kind: 'SERVICE',
    status: message.status,
    sender: 'service:system',
    variantId: role === 'NOTICE' ? null : deriveId('variant', decisionId, role),
    variantSha256: role === 'NOTICE' ? null : variantDigest(variant),
    directoryRelease: 1,
    decidedAt: Date.UTC(2026, 0, 2, 3, 4, 7),
    message: role === 'NOTICE' ? null : variant,
    notice: noticeCode === null ? null : { code: noticeCode, messageId: message.messageId, detailCodes: [] },
  };
}

/** What the router publishes when it follows an order: the original for the stand-in, then the order. */
export function followed(order: Order, wishes: DeliveryWishes, standIn: string): readonly Delivery[] {
  const own = deliveryOf(order, 'service:system', 'SENDER');
  const original = delivery({ ...wishes, to: standIn });
  return [
    {
      ...original,
      deliveryId: deriveId('delivery', own.decisionId, original.messageId, standIn),
      decisionId: own.decisionId,
    },
    deliveryOf(order, standIn, 'INFORMATION'),
    own,
  ];
}

/** What the router publishes when it refuses an order: the word to whoever gave it. */
export function refused(order: Order, code: string): readonly Delivery[] {
  return [deliveryOf(order, 'service:system', 'NOTICE', code)];
}

/** How the reroutes of a message at a correspondent stand. */
export async function rerouteOf(
  harness: Harness,
  messageId: string,
  correspondent: string,
): Promise<readonly { state: string; code: string | null; attempt: number }[]> {
  const { rows } = await harness.pool.query(
    `SELECT state, code, attempt FROM reroute JOIN suspension USING (suspension_id)
     WHERE message_id = $1 AND reroute.correspondent = $2 ORDER BY since_release`,
    [messageId, correspondent],
  );
  return rows;
}
