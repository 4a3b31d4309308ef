import type { MessageJson, MessageRequestHeader } from '@chappe/schemas';
import type { InboxItem, SubmissionStatus } from './read-model.ts';

/** A message that others may refer to, as this correspondent holds it. */
export interface OriginalMessage {
  readonly messageId: string;
  readonly reference: string;
  readonly threadId: string;
  readonly kind: string;
  /** This correspondent sent it, and so may correct, cancel and release it. */
  readonly isOwn: boolean;
  readonly message: MessageJson;
}

/** How a body names the message that it is about (`original` of a dispatch, a release, a disclosure). */
export interface MessageReference {
  readonly messageId: string;
  readonly reference: string;
  /** Which copy is meant: a differing one of the same id was never accepted. */
  readonly requestDigest?: string;
}

/** The header that a follow-up takes over from its original. */
export type FollowUpHeader = Required<
  Pick<MessageRequestHeader, 'status' | 'threadId' | 'urgency' | 'activity' | 'classification'>
> &
  Inherited;

type Inherited = Partial<Omit<MessageRequestHeader, 'threadId' | 'activity' | 'classification'>>;

/** The original in an item of the inbox or of the sent list; undefined where its content is not there (any more). */
export function originalOf(item: InboxItem | SubmissionStatus): OriginalMessage | undefined {
  const { message } = item;
  if (message === undefined) return undefined;
  const isOwn = 'state' in item;
  if (isOwn && item.state !== 'ACCEPTED') return undefined;
  const { messageId, reference, threadId, kind } = message;
  return { messageId, reference, threadId, kind, isOwn, message };
}

/** Names a message inside a body. */
export function referenceTo({ messageId, reference, message }: OriginalMessage): MessageReference {
  const { requestDigest } = message;
  return { messageId, reference, ...(requestDigest === '' ? {} : { requestDigest }) };
}

/**
 * What a follow-up has in common with its original: the thread, whether it is real, the lane, and at least its
 * markings, since it speaks of the same matter. What one has sent oneself also hands down whom it was kept from
 * and what its source allows, which recipients never see.
 */
export function followUpHeader(original: OriginalMessage): FollowUpHeader {
  const { message, threadId, isOwn } = original;
  const { status, urgency, activity, classification } = message;
  const shared = ['exerciseId', 'urgencyGround', 'crimeAreas', 'tlp', 'handling', 'handlingNote'] as const;
  const own = ['markingProfile', 'provenance', 'matchPolicy', 'purpose', 'legalBasis'] as const;
  const excluded = isOwn ? (message.recipients?.excluded ?? []) : [];
  return {
    threadId,
    status,
    urgency,
    activity,
    classification,
    ...known(message, shared),
    ...(isOwn ? known(message, own) : {}),
    ...(excluded.length === 0 ? {} : { recipients: { excluded } }),
  };
}

/** The parts that are there; a code that this release did not know cannot be sent on. */
function known<K extends keyof MessageJson>(message: MessageJson, names: readonly K[]): Inherited {
  return Object.fromEntries(
    names
      .map((name) => [name, message[name]] as const)
      .filter(([, value]) => value !== undefined && value !== 'UNKNOWN'),
  );
}
