import type { Delivery } from '@chappe/schemas';
import type { DeadlineKind, Schedule } from './deadline.ts';
import { planSchedule } from './plan-schedule.ts';
import type { PersonReceiptType } from './receipt-state.ts';

/** Something that arrived and ends or moves what its holder owes about a message. */
export interface Settlement {
  readonly correspondent: string;
  readonly messageId: string;
  readonly cause: 'REPLIED' | 'EXTENDED' | 'CANCELLED' | 'REVIEWED';
  /** The new times of what was extended; null otherwise. */
  readonly schedule: Schedule | null;
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
 * What a delivery settles for its correspondent: the sender's own copy of a reply fulfils or extends what it answers,
 * that of a RELEASE for nobody is the review of an EMERGENCY, which the router accepts from a superior alone; a recall,
 * also as a bare notice, ends everything but COMPLIED. An outcome that this release does not know settles nothing.
 */
export function settlementOf(delivery: Delivery, nowMs: number): Settlement | null {
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
      ? { correspondent, messageId: original.messageId, cause: 'REVIEWED', schedule: null }
      : null;
  }
  if (reply === null || inReplyTo === null || reply.outcome === 'UNKNOWN') return null;
  if (reply.outcome !== 'EXTENSION') {
    return { correspondent, messageId: inReplyTo, cause: 'REPLIED', schedule: null };
  }
  const schedule = reply.newReplyBy === null ? null : planSchedule('REPLY', nowMs, reply.newReplyBy);
  return schedule === null ? null : { correspondent, messageId: inReplyTo, cause: 'EXTENDED', schedule };
}

function cancelled(correspondent: string, messageId: string): Settlement {
  return { correspondent, messageId, cause: 'CANCELLED', schedule: null };
}
