import type { Delivery, Reply } from '@chappe/schemas';
import type { DeadlineKind } from './deadline.ts';
import type { PersonReceiptType } from './receipt-state.ts';

/** Something that arrived and ends what its holder owes about a message, in the transaction in which it is stored. */
export interface Settlement {
  readonly correspondent: string;
  readonly messageId: string;
  readonly cause: 'REPLIED' | 'CANCELLED' | 'REVIEWED';
}

/**
 * What a person's receipt fulfils. Nobody rejects a recall, so COMPLY ends by COMPLIED alone; a review is not owed
 * by whoever received the message. `passedOn` says that a hand-over went to another correspondent.
 */
export function endedByReceipt(type: PersonReceiptType, passedOn: boolean): readonly DeadlineKind[] {
  switch (type) {
    case 'READ':
      return ['ACKNOWLEDGE'];
    case 'TRANSFERRED':
      return passedOn ? ['ACKNOWLEDGE', 'TAKE_IN_CHARGE'] : ['ACKNOWLEDGE'];
    case 'TAKEN_IN_CHARGE':
      return ['ACKNOWLEDGE', 'TAKE_IN_CHARGE'];
    case 'REJECTED':
      return ['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT'];
    case 'COMPLIED':
      return ['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT', 'COMPLY'];
  }
}

/**
 * What a delivery settles for its correspondent: the sender's own copy of an answer fulfils what it answers, that of a
 * RELEASE for nobody is the review of an EMERGENCY, which the router accepts from a superior alone; a recall, also as a
 * bare notice, ends everything but COMPLIED. An outcome that this release does not know settles nothing. What bears on
 * other messages of the thread, or on their dates, is judged from the thread as a whole: `judge-said.ts`.
 */
export function settlementOf(delivery: Delivery): Settlement | null {
  const { correspondent, role, message, notice } = delivery;
  if (role === 'NOTICE') {
    return notice?.code === 'cancelled' ? cancelled(correspondent, notice.messageId) : null;
  }
  if (message === null) return null;
  if (role !== 'SENDER') {
    return message.cancels === null ? null : cancelled(correspondent, message.cancels);
  }
  const { reply, release, inReplyTo } = message;
  if (release !== null) {
    const { original, releaseTo } = release;
    return releaseTo.length === 0
      ? { correspondent, messageId: original.messageId, cause: 'REVIEWED' }
      : null;
  }
  if (inReplyTo === null || !isAnswer(reply)) return null;
  return { correspondent, messageId: inReplyTo, cause: 'REPLIED' };
}

/** Whether a reply answers, rather than asks for more time. */
export function isAnswer(reply: Reply | null): boolean {
  return reply !== null && reply.outcome !== 'UNKNOWN' && reply.outcome !== 'EXTENSION';
}

function cancelled(correspondent: string, messageId: string): Settlement {
  return { correspondent, messageId, cause: 'CANCELLED' };
}
