import { alwaysWithheldFromRecipients, renderVariant } from '@chappe/policy';
import {
  type AttachmentJson,
  type CrimeArea,
  type Delivery,
  deriveId,
  deriveMessageId,
  type Lane,
  type Message,
  type MessageJson,
  messageFromJson,
  variantDigest,
} from '@chappe/schemas';

/** A submission id that differs for each number; its time is invented. */
export function submissionIdOf(number: number): string {
  return `01930000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** What a test says of a message; the rest has a valid default. Invented content. */
export interface LeadWishes {
  readonly number: number;
  readonly sender?: string;
  readonly threadId?: string;
  readonly reference?: string;
  readonly text?: string;
  readonly classification?: 'NOT_PROTECTED' | 'RESTRICTED' | 'SECRET';
  readonly excluded?: readonly string[];
  readonly countries?: readonly string[];
  readonly crimeAreas?: readonly CrimeArea[];
  readonly attachments?: readonly AttachmentJson[];
  /** Addressees whose named positions alone may read it. */
  readonly exclusively?: { readonly correspondent: string; readonly positions: readonly string[] };
  readonly cancels?: { readonly messageId: string; readonly action: 'STOP_USE' | 'DELETE' };
}

/** The original of a message, as ingest completes it. */
export function original(wishes: LeadWishes): Message {
  const correspondent = wishes.sender ?? 'post:DJ';
  const submissionId = submissionIdOf(wishes.number);
  const messageId = deriveMessageId(correspondent, submissionId);
  const cancellation = wishes.cancels;
  const json: MessageJson = {
    submissionId,
    messageId,
    reference: wishes.reference ?? `DJ-26-TEST${wishes.number}`,
    threadId: wishes.threadId ?? messageId,
    status: 'ACTUAL',
    activity: 'OPERATIONAL',
    sender: { correspondent, unit: 'chancery', position: 'attaché' },
    actor: 'person-officer-post-DJ',
    releaseMode: 'NORMAL',
    receivedAt: '2026-01-02T03:04:05.000Z',
    urgency: 'ROUTINE',
    crimeAreas: [...(wishes.crimeAreas ?? ['TERRORISM' as const])],
    countriesConcerned: [...(wishes.countries ?? [])],
    ...(wishes.attachments === undefined ? {} : { attachments: [...wishes.attachments] }),
    recipients: { ...addresseesOf(wishes), excluded: [...(wishes.excluded ?? [])] },
    classification: wishes.classification ?? 'NOT_PROTECTED',
    matchPolicy: 'OPEN',
    requestDigest: `digest-${wishes.number}`,
    schemaVersion: 1,
    ...(cancellation === undefined
      ? { kind: 'LEAD', body: { text: wishes.text ?? `Invented lead ${wishes.number}` } }
      : {
          kind: 'CANCELLATION',
          cancels: cancellation.messageId,
          body: { reason: 'An invented error', action: cancellation.action },
        }),
  };
  return messageFromJson(json);
}

function addresseesOf({ exclusively }: LeadWishes): Pick<NonNullable<MessageJson['recipients']>, 'action'> {
  if (exclusively === undefined) return {};
  const { correspondent, positions } = exclusively;
  return { action: [{ correspondent, attention: { positions: [...positions], exclusive: true } }] };
}

/** Where a message is delivered, and as what. */
export interface DeliveryWishes extends LeadWishes {
  readonly to: string;
  readonly role?: 'ACTION' | 'INFORMATION' | 'SENDER' | 'NOTICE';
  readonly lane?: Lane;
  readonly noticeCode?: string;
  /** A different copy of the same submission. */
  readonly copy?: string;
  readonly decision?: string;
  readonly directoryRelease?: number;
  /** What this recipient does not get besides what no recipient gets. */
  readonly withheld?: readonly string[];
}

/** A delivery as the router publishes it. */
export function delivery(wishes: DeliveryWishes): Delivery {
  const message = original(wishes);
  const role = wishes.role ?? 'ACTION';
  const requestDigest = wishes.copy ?? message.requestDigest;
  const decisionId = deriveId('decision', message.messageId, requestDigest, wishes.decision ?? '');
  const variant = role === 'NOTICE' ? null : variantFor(message, role, wishes.withheld);
  return {
    deliveryId: deriveId('delivery', decisionId, wishes.to, role),
    decisionId,
    messageId: message.messageId,
    requestDigest,
    correspondent: wishes.to,
    role,
    lane: wishes.lane ?? 'routine',
    threadId: message.threadId,
    kind: message.kind,
    status: message.status,
    sender: message.sender.correspondent,
    variantId: variant === null ? null : deriveId('variant', message.messageId, role),
    variantSha256: variant === null ? null : variantDigest(variant),
    directoryRelease: wishes.directoryRelease ?? 1,
    decidedAt: Date.UTC(2026, 0, 2, 3, 4, 6),
    message: variant,
    notice:
      role === 'NOTICE'
        ? {
            code: wishes.noticeCode ?? 'reference-unavailable',
            messageId: message.messageId,
            detailCodes: [],
          }
        : null,
  };
}

function variantFor(
  message: Message,
  role: 'ACTION' | 'INFORMATION' | 'SENDER',
  withheld: readonly string[] = [],
): Message {
  if (role === 'SENDER') return message;
  const more = [...withheld, ...(role === 'INFORMATION' ? ['provenance.partner'] : [])];
  return renderVariant(message, [...alwaysWithheldFromRecipients, ...more].sort());
}
