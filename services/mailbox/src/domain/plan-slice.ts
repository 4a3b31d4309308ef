import type { Delivery } from '@chappe/schemas';
import { isOwnNotice } from './is-own-notice.ts';

/** A delivery that shall stand in an inbox under a number. */
export interface InboxEntry {
  readonly delivery: Delivery;
  /** The message that this delivery recalls, when it is a cancellation. */
  readonly cancels: string | null;
  /** Whether the recall asks its holders to delete what they hold. */
  readonly deletes: boolean;
}

/** What the sender shall see of its own message. */
export interface SentEntry {
  readonly delivery: Delivery;
  readonly state: 'ACCEPTED' | 'REFUSED';
  readonly refusalCode: string | null;
}

/** What one slice of deliveries shall change, before it is known what the store already holds. */
export interface SlicePlan {
  /** Whose counters to lock, in the one order that all transactions share, so that none deadlocks. */
  readonly correspondents: readonly string[];
  readonly inbox: readonly InboxEntry[];
  readonly sent: readonly SentEntry[];
}

/**
 * What may stand only once in an inbox: a message for its content, a delivery for a notice. The same
 * message can be announced by a bare notice and later be delivered by a dispatch, and two refused
 * copies of one submission are two notices.
 */
export function inboxKey(delivery: Delivery): string {
  const once = delivery.role === 'NOTICE' ? `notice ${delivery.deliveryId}` : `message ${delivery.messageId}`;
  return `${delivery.correspondent} ${once}`;
}

/** Sorts a slice into inbox and sent entries, each at most once, in the order of the log. */
export function planSlice(deliveries: readonly Delivery[]): SlicePlan {
  const inbox = new Map<string, InboxEntry>();
  const sent = new Map<string, SentEntry>();
  const correspondents = new Set<string>();
  for (const delivery of deliveries) {
    correspondents.add(delivery.correspondent);
    if (delivery.role !== 'SENDER') {
      const key = inboxKey(delivery);
      if (!inbox.has(key)) inbox.set(key, inboxEntry(delivery));
    }
    if (delivery.role === 'SENDER' || isOwnNotice(delivery)) {
      const key = `${delivery.correspondent} ${delivery.messageId} ${delivery.requestDigest}`;
      sent.set(key, mergeSent(sent.get(key), sentEntry(delivery)));
    }
  }
  return {
    correspondents: [...correspondents].sort(byCodeUnit),
    inbox: [...inbox.values()],
    sent: [...sent.values()],
  };
}

function inboxEntry(delivery: Delivery): InboxEntry {
  const message = delivery.role === 'NOTICE' ? null : delivery.message;
  const cancels = message?.kind === 'CANCELLATION' ? message.cancels : null;
  return { delivery, cancels, deletes: cancels !== null && message?.cancellation?.action !== 'STOP_USE' };
}

function sentEntry(delivery: Delivery): SentEntry {
  if (delivery.role === 'SENDER') return { delivery, state: 'ACCEPTED', refusalCode: null };
  return { delivery, state: 'REFUSED', refusalCode: delivery.notice?.code ?? 'UNKNOWN' };
}

/** One decision gives at most one of each; a refusal weighs more, the sender's copy carries content. */
function mergeSent(known: SentEntry | undefined, next: SentEntry): SentEntry {
  if (known === undefined) return next;
  const refused = known.state === 'REFUSED' ? known : next.state === 'REFUSED' ? next : null;
  const delivery = known.delivery.message === null ? next.delivery : known.delivery;
  return {
    delivery,
    state: refused === null ? 'ACCEPTED' : 'REFUSED',
    refusalCode: refused?.refusalCode ?? null,
  };
}

/** Code units, not a language's collation: the order must be the same at every replica. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
