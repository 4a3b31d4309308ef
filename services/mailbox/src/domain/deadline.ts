import type { Lane } from '@chappe/schemas';
import type { AskedTerms } from './asked-terms.ts';

/** What can be owed until a moment. */
export type DeadlineKind = 'ACKNOWLEDGE' | 'TAKE_IN_CHARGE' | 'REPLY' | 'CARRY_OUT' | 'COMPLY' | 'REVIEW';

/** When something is due, and what is done about it before and after. Milliseconds since the epoch, ascending. */
export interface Schedule {
  readonly dueAtMs: number;
  /** Before it is due: the holder is reminded. */
  readonly remindAtMs: readonly number[];
  /** From when it is late: the duty desk is told, each time further along its rota. */
  readonly escalateAtMs: readonly number[];
}

/** What a reminder may repeat of a message: how to name it and how to mark the reminder, no content. */
export interface DeadlineCard {
  /** Null where only a bare notice is held. */
  readonly reference: string | null;
  readonly exerciseId: string | null;
  readonly lane: Lane;
  readonly classification: string;
  readonly crimeAreas: readonly string[];
  /** Positions to which alone the message is open. */
  readonly attentionPositions: readonly string[] | null;
  /** By when an answer, or what is instructed, was asked for; absent for anything else. */
  readonly asked?: AskedTerms;
}

/** Something that one correspondent owes about one message. */
export interface Deadline extends Schedule {
  /** Derived from correspondent, message and kind: the same delivery causes it once. */
  readonly deadlineId: string;
  readonly kind: DeadlineKind;
  readonly correspondent: string;
  readonly messageId: string;
  readonly status: 'ACTUAL' | 'EXERCISE';
  readonly startedAtMs: number;
  /** Whether it runs from receipt; otherwise it is a date that somebody set. */
  readonly runsFromReceipt: boolean;
  readonly card: DeadlineCard;
}

/** How long may be taken, in milliseconds, where neither message nor directory says so. */
export interface DeadlineTerms {
  /** Until a person must have seen a flash. */
  readonly flashAcknowledgeMs: number;
  /** Until somebody must have what came for action in charge, by lane. */
  readonly takeInChargeMs: Readonly<Record<Lane, number>>;
  /** Until a recall must have been complied with. */
  readonly complyMs: number;
}

/** A superior reviews what left as EMERGENCY within this time: the rule of the release modes. */
export const reviewWithinMs = 24 * 60 * 60 * 1000;
