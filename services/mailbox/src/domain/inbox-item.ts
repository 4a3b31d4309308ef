import { type MessageMarkings, markingsOf } from '@chappe/policy';
import { type Delivery, type Lane, type Message, type MessageJson, messageToJson } from '@chappe/schemas';
import { type ReceiptState, untouched } from './receipt-state.ts';
import { type ReceiptStateJson, showReceiptState } from './show-receipt.ts';
import type { TakenOverJson } from './show-stand-ins.ts';

/** The word that a reader gets instead of a message: its own was refused, or it may not see a follow-up. */
export interface NoticeCard {
  readonly code: string;
  readonly messageId: string;
  readonly detailCodes: readonly string[];
}

/** One numbered item of one inbox, as it is stored. */
export interface InboxItem {
  readonly correspondent: string;
  readonly number: number;
  readonly deliveryId: string;
  readonly messageId: string;
  readonly decisionId: string;
  readonly threadId: string;
  readonly role: 'ACTION' | 'INFORMATION' | 'NOTICE';
  readonly lane: Lane;
  readonly kind: string;
  readonly status: string;
  readonly sender: string;
  readonly deliveredAtMs: number;
  readonly message: Message | null;
  readonly notice: NoticeCard | null;
  readonly markings: MessageMarkings;
  /** The cancellation that recalls this message. */
  readonly recalledBy: string | null;
  /** Its content is gone: recalled with deletion, or erased. */
  readonly withdrawn: boolean;
  /** What persons have said of it. */
  readonly receipt: ReceiptState;
  /** The earliest of what its holder still owes about it. */
  readonly dueAtMs: number | null;
  /** Of its encoded content, to bound what is kept in memory. */
  readonly sizeBytes: number;
}

/** What the store adds to a delivery when it takes it into an inbox. */
export interface Placement {
  readonly number: number;
  readonly deliveredAtMs: number;
  readonly recalledBy: string | null;
  readonly withdrawn: boolean;
  readonly sizeBytes: number;
  readonly dueAtMs?: number | null;
}

/** An item as its reader sees it. */
export interface InboxItemJson extends ReceiptStateJson {
  readonly number: number;
  readonly messageId: string;
  readonly role: string;
  readonly lane: string;
  readonly kind: string;
  readonly status: string;
  readonly threadId: string;
  readonly sender: string;
  readonly deliveredAt: string;
  readonly decisionId: string;
  readonly recalledBy?: string;
  readonly withdrawn?: true;
  /** Until when something is owed about it, and whether that has passed. */
  readonly dueAt?: string;
  readonly late?: true;
  readonly message?: MessageJson;
  readonly notice?: NoticeCard;
  /** Who took over from whom while that was suspended, where one message is asked for. */
  readonly standIns?: readonly TakenOverJson[];
}

/** Nothing in a notice needs protection: it carries a code and an id, no content. */
const noticeMarkings: MessageMarkings = {
  excluded: false,
  thirdPartyRule: false,
  classification: 'NOT_PROTECTED',
  tlp: null,
  handling: [],
  crimeAreas: [],
  attentionPositions: null,
};

/** What of a delivery limits its readers; kept beside the content, which may be withdrawn before it. */
export function deliveryMarkings(delivery: Delivery): MessageMarkings {
  if (delivery.role === 'NOTICE' || delivery.message === null) return noticeMarkings;
  return markingsOf(delivery.message, delivery.correspondent);
}

/** The item that a delivery became, without reading it back from the store. */
export function itemOf(delivery: Delivery, placement: Placement): InboxItem {
  const { role } = delivery;
  if (role !== 'ACTION' && role !== 'INFORMATION' && role !== 'NOTICE') {
    throw new TypeError('only a numbered delivery becomes an item');
  }
  return {
    correspondent: delivery.correspondent,
    ...placement,
    dueAtMs: placement.dueAtMs ?? null,
    deliveryId: delivery.deliveryId,
    messageId: delivery.messageId,
    decisionId: delivery.decisionId,
    threadId: delivery.threadId,
    role,
    lane: delivery.lane as Lane,
    kind: delivery.kind,
    status: delivery.status,
    sender: delivery.sender,
    message: placement.withdrawn || role === 'NOTICE' ? null : delivery.message,
    notice: role === 'NOTICE' ? delivery.notice : null,
    markings: deliveryMarkings(delivery),
    receipt: untouched,
  };
}

/** The JSON of an item for one reader; `message` is the variant that this reader may see. */
export function itemToJson(item: InboxItem, message: Message | null, readerId: string): InboxItemJson {
  return {
    number: item.number,
    messageId: item.messageId,
    role: item.role,
    lane: item.lane,
    kind: item.kind,
    status: item.status,
    threadId: item.threadId,
    sender: item.sender,
    deliveredAt: new Date(item.deliveredAtMs).toISOString(),
    decisionId: item.decisionId,
    ...showReceiptState(item.receipt, readerId),
    ...(item.recalledBy === null ? {} : { recalledBy: item.recalledBy }),
    ...(item.withdrawn ? { withdrawn: true as const } : {}),
    ...(message === null ? {} : { message: messageToJson(message) }),
    ...(item.notice === null ? {} : { notice: item.notice }),
  };
}
