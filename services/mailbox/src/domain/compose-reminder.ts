import { deriveSubmissionId } from '@chappe/schemas';
import type { Addressed } from './address-step.ts';
import type { Deadline, DeadlineKind } from './deadline.ts';
import type { Step } from './fire-deadline.ts';

/** A request to ingest, as JSON. */
export interface ServiceRequest {
  readonly submissionId: string;
  readonly kind: 'SERVICE';
  readonly [field: string]: unknown;
}

/** What a pager carries: a reference, never content. */
export interface Page {
  readonly reference: string;
  readonly kind: DeadlineKind;
  readonly urgency: 'FLASH' | 'URGENT' | 'ROUTINE';
  readonly status: 'ACTUAL' | 'EXERCISE';
  /** Who is to be woken; empty: whoever answers for the duty desk. */
  readonly positions: readonly string[];
}

/** A deadline as far as what is told of it needs it. */
export type ToldDeadline = Pick<
  Deadline,
  'deadlineId' | 'kind' | 'messageId' | 'status' | 'dueAtMs' | 'card'
>;

const owed: Readonly<Record<DeadlineKind, { readonly fr: string; readonly en: string }>> = {
  ACKNOWLEDGE: { fr: 'accusé de réception par une personne', en: 'acknowledgement by a person' },
  TAKE_IN_CHARGE: { fr: 'prise en charge', en: 'taking in charge' },
  REPLY: { fr: 'réponse', en: 'reply' },
  CARRY_OUT: { fr: 'exécution de la consigne', en: 'carrying out the instruction' },
  COMPLY: { fr: 'exécution du rappel (COMPLIED)', en: 'complying with the recall (COMPLIED)' },
  REVIEW: { fr: 'revue de l’envoi EMERGENCY par un supérieur', en: 'review of the EMERGENCY by a superior' },
};

/** The submission id of a step: the same at every replica and after every crash, so that it happens once. */
function submissionOf({ deadlineId, dueAtMs }: ToldDeadline, step: Step): string {
  return deriveSubmissionId(
    step.plannedAtMs,
    'deadline-step',
    deadlineId,
    String(dueAtMs),
    `${step.step} ${step.number}`,
  );
}

/**
 * The service message of a step. It opens a thread of its own: in the original's it would answer, and so reach, its
 * author, and would make the duty desk part of a thread that it may not know. It repeats nothing but the reference.
 * To the holder it is marked like what it reminds of, so that whoever there may not read that does not read this.
 */
export function composeReminder(deadline: ToldDeadline, step: Step, addressed: Addressed): ServiceRequest {
  const { card, status, messageId } = deadline;
  const toHolder = step.step === 'REMINDER';
  const { correspondent, positions, exclusive } = addressed;
  return {
    submissionId: submissionOf(deadline, step),
    kind: 'SERVICE',
    status,
    // A bare notice does not say which exercise it belongs to.
    ...(status === 'EXERCISE' ? { exerciseId: card.exerciseId ?? 'UNNAMED' } : {}),
    activity: 'TECHNICAL',
    urgency: urgencyOf(deadline, step),
    language: 'fr',
    classification: toHolder && card.classification !== 'UNKNOWN' ? card.classification : 'NOT_PROTECTED',
    ...(toHolder ? { crimeAreas: card.crimeAreas.filter((area) => area !== 'UNKNOWN') } : {}),
    recipients: {
      action: [{ correspondent, ...(positions.length === 0 ? {} : { attention: { positions, exclusive } }) }],
    },
    body: {
      code: toHolder ? 'REMINDER' : 'NOTICE',
      about: { messageId, ...(card.reference === null ? {} : { reference: card.reference }) },
      text: textOf(deadline, step),
    },
  };
}

/** The page of an escalation. */
export function composePage(deadline: ToldDeadline, step: Step, addressed: Addressed): Page {
  return {
    reference: deadline.card.reference ?? deadline.messageId,
    kind: deadline.kind,
    urgency: urgencyOf(deadline, step),
    status: deadline.status,
    positions: addressed.positions,
  };
}

/** In the lane of what it is about where that is a flash; otherwise a reminder waits and an escalation does not. */
function urgencyOf({ kind, card }: ToldDeadline, step: Step): Page['urgency'] {
  if (kind === 'ACKNOWLEDGE' || (card.lane === 'flash' && step.step === 'ESCALATION')) return 'FLASH';
  return step.step === 'ESCALATION' ? 'URGENT' : 'ROUTINE';
}

function textOf({ kind, dueAtMs }: ToldDeadline, { step, number }: Step): string {
  const due = new Date(dueAtMs).toISOString();
  const { fr, en } = owed[kind];
  return step === 'REMINDER'
    ? `Rappel : ${fr}, attendu avant ${due}. / Reminder: ${en}, due ${due}.`
    : `Échéance passée (${number}) : ${fr}, attendu avant ${due}. / Deadline missed (${number}): ${en}, due ${due}.`;
}
