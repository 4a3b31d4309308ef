import { decide, markingsOf, type Subject } from '@chappe/policy';
import { deriveMessageId, isUuidV7, type Message, type MessageJson, messageToJson } from '@chappe/schemas';

/** What is stored about one decided copy of a message that this correspondent sent. */
export interface SentItem {
  readonly correspondent: string;
  readonly position: number;
  readonly messageId: string;
  readonly decisionId: string;
  readonly threadId: string;
  readonly lane: string;
  readonly kind: string;
  readonly status: string;
  readonly state: 'ACCEPTED' | 'REFUSED';
  readonly refusalCode: string | null;
  readonly decidedAtMs: number;
  readonly message: Message | null;
}

/** What became of a submission, as its sender sees it. */
export interface SentStatusJson {
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

/** A sent item as this subject may see it now, or `null`. */
export function showSent(item: SentItem, subject: Subject, nowMs: number): SentStatusJson | null {
  if (subject.correspondent !== item.correspondent) return null;
  if (!maySeeSent(item, subject, nowMs)) return null;
  const { message } = item;
  return {
    messageId: item.messageId,
    state: item.state,
    ...(message?.submissionId ? { submissionId: message.submissionId } : {}),
    ...(message === null ? {} : { reference: message.reference }),
    ...(item.refusalCode === null ? {} : { refusalCode: item.refusalCode }),
    decisionId: item.decisionId,
    decidedAt: new Date(item.decidedAtMs).toISOString(),
    threadId: item.threadId,
    lane: item.lane,
    kind: item.kind,
    status: item.status,
    ...(message === null ? {} : { message: messageToJson(message) }),
  };
}

/**
 * The state of one message among its decided copies. Only one copy of a message is ever accepted, and
 * its acceptance is the answer whatever became of differing copies; among refusals the latest counts.
 */
export function decidedCopy(copies: readonly SentItem[]): SentItem | null {
  const accepted = copies.find((copy) => copy.state === 'ACCEPTED');
  if (accepted !== undefined) return accepted;
  return copies.reduce<SentItem | null>(
    (latest, copy) => (latest === null || copy.decidedAtMs >= latest.decidedAtMs ? copy : latest),
    null,
  );
}

/**
 * Nothing is decided yet. Only who knows the submission id, and is its correspondent, derives this
 * message id from it; for anybody else the message does not exist.
 */
export function pendingStatus(
  correspondent: string,
  messageId: string,
  submissionId: string | null,
): SentStatusJson | null {
  if (submissionId === null || !isUuidV7(submissionId)) return null;
  if (deriveMessageId(correspondent, submissionId) !== messageId) return null;
  return { messageId, submissionId, state: 'PENDING' };
}

function maySeeSent(item: SentItem, subject: Subject, nowMs: number): boolean {
  const own = item.message?.actor === subject.id;
  const markings = item.message === null ? unmarked : markingsOf(item.message, item.correspondent);
  const resource = {
    kind: 'message' as const,
    relation: own ? ('SENDER' as const) : ('COLLEAGUE' as const),
    ...markings,
  };
  return decide(subject, 'sent.read', resource, { nowMs }).effect === 'allow';
}

/** A refusal without a copy says no more than its code. */
const unmarked = {
  excluded: false,
  thirdPartyRule: false,
  classification: 'NOT_PROTECTED',
  tlp: null,
  handling: [],
  crimeAreas: [],
  attentionPositions: null,
};
