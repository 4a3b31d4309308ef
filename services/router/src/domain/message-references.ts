import type { Message, MessageReference } from '@chappe/schemas';

/** What a sender must be to a message in order to refer to it; a SYSTEM of Chappe's own, nothing. */
export type Standing = 'PARTICIPANT' | 'AUTHOR' | 'SYSTEM';

/** A message of the same thread that another one refers to. */
export interface Reference {
  /** Where the message names it. */
  readonly place: 'inReplyTo' | 'supersedes' | 'cancels' | 'threadId' | 'body/original' | 'body/about';
  readonly messageId: string;
  readonly standing: Standing;
  /** The copy that is meant, when the sender says so. */
  readonly requestDigest: string | null;
}

/**
 * The references that must hold before a message is decided. Only the author corrects, cancels or
 * releases what it sent; whoever sent or received a message may answer it, pass it on or join its thread.
 */
export function referencesOf(message: Message): readonly Reference[] {
  const { dispatch, releaseRequest, release, disclosure, service } = message;
  const references: Reference[] = [];
  const refer = (place: Reference['place'], messageId: string | null, standing: Standing): void => {
    if (messageId !== null) references.push({ place, messageId, standing, requestDigest: null });
  };
  const referToOriginal = (body: { original: MessageReference } | null, standing: Standing): void => {
    if (body === null) return;
    const { messageId, requestDigest } = body.original;
    references.push({ place: 'body/original', messageId, standing, requestDigest });
  };
  refer('inReplyTo', message.inReplyTo, isReroute(message) ? 'SYSTEM' : 'PARTICIPANT');
  refer('supersedes', message.supersedes, 'AUTHOR');
  refer('cancels', message.cancels, 'AUTHOR');
  for (const body of [dispatch, releaseRequest, disclosure]) referToOriginal(body, 'PARTICIPANT');
  referToOriginal(release, 'AUTHOR');
  if (isReroute(message)) refer('body/about', service?.about?.messageId ?? null, 'SYSTEM');
  if (references.length === 0 && message.threadId !== message.messageId)
    refer('threadId', message.threadId, 'PARTICIPANT');
  return references;
}

/** Whether a message orders that what a suspended correspondent holds go to whoever stands in for it. */
export function isReroute({ service }: Pick<Message, 'service'>): boolean {
  return service?.code === 'REROUTE';
}

/** Whether a message opens a thread of its own. */
export function opensThread(message: Message): boolean {
  return referencesOf(message).length === 0;
}

/** The message that this one corrects, cancels, dispatches, reroutes, releases or discloses. */
export function subjectOf(message: Message): string | null {
  switch (message.kind) {
    case 'CORRECTION':
      return message.supersedes;
    case 'CANCELLATION':
      return message.cancels;
    case 'DISPATCH':
      return message.dispatch?.original.messageId ?? null;
    case 'RELEASE':
      return message.release?.original.messageId ?? null;
    case 'DISCLOSURE':
      return message.disclosure?.original.messageId ?? null;
    case 'SERVICE':
      return isReroute(message) ? (message.service?.about?.messageId ?? null) : null;
    default:
      return null;
  }
}

/**
 * The message that a follow-up answers: what it corrects, cancels or passes on, else what it replies to,
 * else the head of its thread. A RELEASE answers the request for it, not the message that it frees, and a
 * DISCLOSURE what it is reported on.
 */
export function antecedentOf(message: Message): string {
  const answers = message.kind === 'RELEASE' || message.kind === 'DISCLOSURE';
  const subject = answers ? null : subjectOf(message);
  return subject ?? message.inReplyTo ?? message.supersedes ?? message.cancels ?? message.threadId;
}
