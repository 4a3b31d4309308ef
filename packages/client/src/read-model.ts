import type { MessageJson } from '@chappe/schemas';
import { isRecord } from './problem.ts';

/** A page of a list. `next` asks for what follows; it is absent at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** How far a message has come at one holder; its rank never falls. */
export type ReceiptStage = 'DELIVERED' | 'READ' | 'TAKEN_IN_CHARGE' | 'TRANSFERRED' | 'REJECTED' | 'COMPLIED';

/** Where a message of the inbox stands. Of two states the one with the higher version is the newer. */
export interface ReceiptSummary {
  readonly unread: boolean;
  readonly receiptState: ReceiptStage;
  readonly receiptVersion: number;
  /** `person:<id>`, or the correspondent to which it was handed over. */
  readonly assignee?: string;
  /** By function, never by name. */
  readonly takenInChargeBy?: { readonly position: string; readonly since: string; readonly mine: boolean };
}

/** One receipt that a person gave. */
export interface GivenReceipt {
  readonly version: number;
  readonly type: Exclude<ReceiptStage, 'DELIVERED'>;
  readonly at: string;
  readonly position: string;
  readonly channel: 'SYSTEM' | 'PHONE' | 'PAPER';
  readonly reason?: string;
  readonly transferredTo?: string;
}

/** Where a message stands after an acknowledgement, with every receipt given. */
export interface ReceiptState extends ReceiptSummary {
  readonly messageId: string;
  readonly receipts: readonly GivenReceipt[];
}

/** One item of an inbox. A notice has no message; a withdrawn item keeps its number and no content. */
export interface InboxItem extends Partial<ReceiptSummary> {
  readonly number: number;
  readonly messageId: string;
  readonly role: string;
  readonly lane: string;
  readonly kind: string;
  readonly status?: string;
  readonly threadId?: string;
  readonly sender?: string;
  readonly deliveredAt: string;
  readonly decisionId?: string;
  /** The cancellation that recalls this message. */
  readonly recalledBy?: string;
  readonly withdrawn?: boolean;
  /** Until when something is owed about it, and whether that has passed. */
  readonly dueAt?: string;
  readonly late?: boolean;
  readonly message?: MessageJson;
  readonly notice?: {
    readonly code: string;
    readonly messageId: string;
    readonly detailCodes?: readonly string[];
  };
  /** Who took over from whom while that was suspended; of one message that is read by its id. */
  readonly standIns?: readonly {
    readonly suspended: string;
    readonly standIn: string;
    readonly since: string;
    readonly takenInChargeBy: readonly {
      readonly correspondent: string;
      readonly position: string;
      readonly since: string;
    }[];
  }[];
}

/** How much there is of what was asked for. */
export interface InboxCounts {
  readonly total: number;
  readonly unread: number;
  /** Each lane that has any, the most urgent first. */
  readonly lanes: readonly { readonly lane: string; readonly total: number; readonly unread: number }[];
  /** Set when only so many of the newest were counted and there are more. */
  readonly countedNewest?: number;
}

/** The fate of a message that this correspondent sent. PENDING until it has been decided on. */
export interface SubmissionStatus {
  readonly messageId: string;
  readonly state: 'PENDING' | 'ACCEPTED' | 'REFUSED';
  readonly submissionId?: string;
  readonly reference?: string;
  readonly refusalCode?: string;
  readonly decisionId?: string;
  readonly decidedAt?: string;
  readonly threadId?: string;
  readonly lane?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly message?: MessageJson;
}

/** What happened to a sent message, and what is owed. */
export interface Tracking {
  readonly messageId: string;
  readonly state: 'ACCEPTED' | 'REFUSED';
  /** The recipients that the sender may know of. */
  readonly items: readonly TrackedRecipient[];
  /** How many more a follow-up reached through others, and how many of them owe COMPLIED. */
  readonly others?: { readonly count: number; readonly owing: number };
  /** What the sender itself owes: the review of what left as EMERGENCY. */
  readonly own?: readonly TrackedDeadline[];
  /** Of a cancellation: what was told to local bodies, and who owes its recall there. */
  readonly disclosures?: readonly {
    readonly correspondent: string;
    /** The DISCLOSURE, under whose id whoever disclosed acknowledges the recall. */
    readonly messageId: string;
    readonly state: ReceiptStage;
    readonly receipts: readonly GivenReceipt[];
    readonly owed: readonly OwedReceipt[];
  }[];
}

/** Until when something is or was owed, and what was done about it. */
export interface TrackedDeadline {
  readonly kind: 'ACKNOWLEDGE' | 'TAKE_IN_CHARGE' | 'REPLY' | 'CARRY_OUT' | 'COMPLY' | 'REVIEW';
  readonly dueAt: string;
  /** Not met in time. */
  readonly late: boolean;
  readonly endedAt?: string;
  /** The receipt, `REPLIED` or `CANCELLED`. */
  readonly endedBy?: string;
  readonly events: readonly { readonly step: 'REMINDER' | 'ESCALATION'; readonly at: string }[];
}

/** A receipt that a recipient still owes. */
export type OwedReceipt = 'TAKEN_IN_CHARGE' | 'COMPLIED';

/** One recipient of a sent message. */
export interface TrackedRecipient {
  readonly correspondent: string;
  readonly role: string;
  readonly deliveredAt: string;
  readonly state: ReceiptStage;
  readonly version: number;
  readonly receipts: readonly GivenReceipt[];
  readonly owed: readonly OwedReceipt[];
  readonly deadlines: readonly TrackedDeadline[];
  /** Suspended recipients that it stands in for. */
  readonly standsInFor?: readonly string[];
  /** It was suspended: when, and who took over what nobody there had acted on. */
  readonly rerouted?: { readonly at: string; readonly to: readonly string[] };
  /** The cancellation that this recipient got of it, and whether it was complied with. */
  readonly recall?: {
    readonly messageId: string;
    readonly state: ReceiptStage;
    readonly receipts: readonly GivenReceipt[];
    readonly owed: readonly OwedReceipt[];
    readonly deadlines: readonly TrackedDeadline[];
  };
}

/** One entry of a thread: received, with its number, or sent. */
export type ThreadEntry =
  | ({ readonly direction: 'received' } & InboxItem)
  | ({ readonly direction: 'sent' } & SubmissionStatus);

/** A message of the archive as this reader may see it. */
export interface ArchiveItem {
  readonly messageId: string;
  readonly reference: string;
  readonly threadId: string;
  readonly kind: string;
  readonly lane: string;
  readonly status: string;
  readonly sender: string;
  readonly receivedAt: string;
  readonly decisionId: string;
  readonly roles: readonly string[];
  /** Paths that this variant does not show. */
  readonly withheld: readonly string[];
  readonly message: MessageJson;
}

/** Who the server takes the caller for. */
export interface Self {
  readonly kind: string;
  readonly id: string;
  readonly displayName: string | null;
  readonly language: string | null;
  readonly actingAs: { readonly code: string; readonly nameFr: string; readonly nameEn: string };
  readonly grants: readonly {
    readonly correspondent: string;
    readonly role: string;
    readonly position: string;
    readonly clearance: string;
    readonly crimeAreas: readonly string[];
    readonly mayExercise: boolean;
    readonly validUntil: string | null;
  }[];
  readonly directoryRelease: number;
}

/** An entry of the directory: whom a message can be addressed to. */
export interface CorrespondentEntry {
  readonly code: string;
  readonly type: string;
  readonly shortCode: string;
  readonly nameFr: string;
  readonly nameEn: string;
  readonly country: string | null;
  readonly city: string | null;
  readonly dutyDesk: boolean;
}

// Each check looks at what the SDK itself relies on; the rest is the server's published schema.

/** Whether a value is an item of an inbox. */
export function isInboxItem(value: unknown): value is InboxItem {
  return isRecord(value) && hasTexts(value, 'messageId', 'kind', 'lane') && typeof value.number === 'number';
}

/** Whether a value says how much there is in an inbox. */
export function isInboxCounts(value: unknown): value is InboxCounts {
  return isRecord(value) && typeof value.total === 'number' && Array.isArray(value.lanes);
}

/** Whether a value says what became of a submission. */
export function isSubmissionStatus(value: unknown): value is SubmissionStatus {
  return isRecord(value) && hasTexts(value, 'messageId', 'state');
}

/** Whether a value tells what happened to a message. */
export function isTracking(value: unknown): value is Tracking {
  return (
    isRecord(value) &&
    hasTexts(value, 'messageId', 'state') &&
    Array.isArray(value.items) &&
    value.items.every(
      (item) =>
        isRecord(item) &&
        hasTexts(item, 'correspondent', 'state') &&
        Array.isArray(item.owed) &&
        Array.isArray(item.receipts),
    )
  );
}

/** Whether a value says where an acknowledged message stands. */
export function isReceiptState(value: unknown): value is ReceiptState {
  return (
    isRecord(value) &&
    hasTexts(value, 'messageId', 'receiptState') &&
    typeof value.receiptVersion === 'number' &&
    Array.isArray(value.receipts)
  );
}

/** Whether a value is an entry of a thread. */
export function isThreadEntry(value: unknown): value is ThreadEntry {
  return isRecord(value) && hasTexts(value, 'messageId', 'direction');
}

/** Whether a value is a message of the archive. */
export function isArchiveItem(value: unknown): value is ArchiveItem {
  return isRecord(value) && hasTexts(value, 'messageId', 'reference', 'kind');
}

/** Whether a value says who the caller is. */
export function isSelf(value: unknown): value is Self {
  return (
    isRecord(value) &&
    hasTexts(value, 'kind', 'id') &&
    isRecord(value.actingAs) &&
    Array.isArray(value.grants)
  );
}

/** Whether a value is an entry of the directory. */
export function isCorrespondent(value: unknown): value is CorrespondentEntry {
  return isRecord(value) && hasTexts(value, 'code', 'type');
}

function hasTexts(value: Record<string, unknown>, ...names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}
