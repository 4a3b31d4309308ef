import { isRecord } from './problem.ts';

/** A page of a list. `next` asks for what follows; it is absent at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** A message as its reader may see it: header fields, `kind`, and one `body` of that kind. */
export interface ReadableMessage {
  readonly messageId: string;
  readonly reference?: string;
  readonly kind: string;
  readonly status: string;
  readonly urgency?: string;
  readonly threadId?: string;
  readonly sender?: { readonly correspondent: string; readonly unit?: string; readonly position?: string };
  readonly receivedAt?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** One item of an inbox. A notice has no message; a withdrawn item keeps its number and nothing else. */
export interface InboxItem {
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
  readonly message?: ReadableMessage;
  readonly notice?: { readonly code: string; readonly messageId: string };
}

/** The fate of a sent message. PENDING until it has been decided on. */
export interface SubmissionStatus {
  readonly messageId: string;
  readonly state: 'PENDING' | 'ACCEPTED' | 'REFUSED';
  readonly refusalCode?: string;
  readonly [field: string]: unknown;
}

/** A message that this correspondent sent. */
export interface SentItem {
  readonly messageId: string;
  readonly reference?: string;
  readonly submissionId?: string;
  readonly kind: string;
  readonly state?: string;
  readonly [field: string]: unknown;
}

/** Who got a sent message and what became of it there. */
export interface Tracking {
  readonly messageId: string;
  readonly [field: string]: unknown;
}

/** One hit of a search in the archive. */
export interface ArchiveItem {
  readonly messageId: string;
  readonly reference?: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Who the server takes the caller for. */
export interface Self {
  readonly [field: string]: unknown;
}

/** An entry of the directory. */
export interface CorrespondentEntry {
  readonly code: string;
  readonly type: string;
  readonly nameFr?: string;
  readonly nameEn?: string;
  readonly [field: string]: unknown;
}

/** Whether a value has what every item of an inbox has. */
export function isInboxItem(value: unknown): value is InboxItem {
  return isRecord(value) && typeof value.messageId === 'string' && typeof value.number === 'number';
}

/** Whether a value names a message, as every item of every other list does. */
export function namesMessage(
  value: unknown,
): value is Record<string, unknown> & { readonly messageId: string; readonly kind: string } {
  return isRecord(value) && typeof value.messageId === 'string';
}

/** Whether a value says what became of a submission. */
export function isSubmissionStatus(value: unknown): value is SubmissionStatus {
  return isRecord(value) && typeof value.messageId === 'string' && typeof value.state === 'string';
}

/** Whether a value is an entry of the directory. */
export function isCorrespondent(value: unknown): value is CorrespondentEntry {
  return isRecord(value) && typeof value.code === 'string' && typeof value.type === 'string';
}
