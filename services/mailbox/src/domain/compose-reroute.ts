import { deriveSubmissionId, type Lane, type Message } from '@chappe/schemas';
import type { ServiceRequest } from './compose-reminder.ts';

/** What is to be passed on, from whom, because of which suspension. */
export interface RerouteOrder {
  readonly suspensionId: string;
  readonly suspendedSinceMs: number;
  readonly correspondent: string;
  readonly deliveryId: string;
  /** Counts from one: an order that the router could not follow yet is given again under another id. */
  readonly attempt: number;
  /** The message to be passed on; its thread and status are those of the item held. */
  readonly aboutId: string;
  readonly lane: Lane;
  /** The item held, as the variant of its holder. */
  readonly message: Message;
}

const urgencies = { flash: 'FLASH', urgent: 'URGENT', routine: 'ROUTINE' } as const;

/**
 * The service message that orders a reroute, the same at every replica and after every crash. It stands in the thread of
 * what it is about, where the router judges it beside whatever recalls that, and in its lane. It is marked like what its
 * holder has, so that whoever may not read that where it goes does not read this, and repeats nothing but the reference.
 */
export function composeReroute(order: RerouteOrder): ServiceRequest {
  const { suspensionId, suspendedSinceMs, correspondent, deliveryId, attempt, aboutId, lane, message } =
    order;
  const { status, exerciseId, threadId, classification, crimeAreas } = message;
  const reference = message.messageId === aboutId ? message.reference : message.service?.about?.reference;
  return {
    submissionId: deriveSubmissionId(suspendedSinceMs, 'reroute', suspensionId, deliveryId, String(attempt)),
    kind: 'SERVICE',
    status,
    ...(status === 'EXERCISE' ? { exerciseId: exerciseId ?? 'UNNAMED' } : {}),
    activity: 'TECHNICAL',
    urgency: urgencies[lane],
    language: 'fr',
    classification: classification === 'UNKNOWN' ? 'NOT_PROTECTED' : classification,
    crimeAreas: crimeAreas.filter((area) => area !== 'UNKNOWN'),
    threadId,
    inReplyTo: aboutId,
    recipients: { action: [{ correspondent }] },
    body: {
      code: 'REROUTE',
      about: { messageId: aboutId, ...(reference == null ? {} : { reference }) },
      text:
        `${correspondent} est suspendu : vous le remplacez pour ce message. / ` +
        `${correspondent} is suspended: you stand in for it about this message.`,
    },
  };
}
