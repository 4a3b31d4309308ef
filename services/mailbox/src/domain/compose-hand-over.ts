import { deriveSubmissionId, type Lane } from '@chappe/schemas';
import type { ServiceRequest } from './compose-reminder.ts';
import type { DeadlineCard } from './deadline.ts';

/** A matter that was handed over to a function of the correspondent that holds it. */
export interface HandOver {
  readonly deliveryId: string;
  /** Of the receipt that says so. */
  readonly version: number;
  readonly atMs: number;
  readonly messageId: string;
  readonly correspondent: string;
  readonly status: string;
  /** The function, as the directory writes it. */
  readonly positions: readonly string[];
  readonly card: DeadlineCard;
}

const urgencies: Readonly<Record<Lane, string>> = { flash: 'FLASH', urgent: 'URGENT', routine: 'ROUTINE' };

/**
 * Tells whoever holds the function that something waits for it, by a service message as reminders are, in a thread of
 * its own. It repeats nothing but the reference, and is marked like what was handed over, so that whoever may not read
 * that does not read this. Its submission id derives from the receipt: told once, whoever tells it.
 */
export function composeHandOver(handOver: HandOver): ServiceRequest {
  const { card, status, correspondent, positions } = handOver;
  const { reference, classification, crimeAreas, attentionPositions, exerciseId } = card;
  return {
    submissionId: deriveSubmissionId(
      handOver.atMs,
      'hand-over',
      handOver.deliveryId,
      String(handOver.version),
    ),
    kind: 'SERVICE',
    status,
    // A bare notice does not say which exercise it belongs to.
    ...(status === 'EXERCISE' ? { exerciseId: exerciseId ?? 'UNNAMED' } : {}),
    activity: 'TECHNICAL',
    urgency: urgencies[card.lane],
    language: 'fr',
    classification: classification === 'UNKNOWN' ? 'NOT_PROTECTED' : classification,
    crimeAreas: crimeAreas.filter((area) => area !== 'UNKNOWN'),
    recipients: {
      action: [{ correspondent, attention: { positions, exclusive: (attentionPositions ?? []).length > 0 } }],
    },
    body: {
      code: 'NOTICE',
      about: { messageId: handOver.messageId, ...(reference === null ? {} : { reference }) },
      text: `Affaire confiée à votre fonction : à prendre en charge. / Handed over to your function: to be taken in charge.`,
    },
  };
}
