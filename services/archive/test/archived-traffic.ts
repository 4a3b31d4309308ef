import { buildRelease, loadDemonstration } from '@chappe/directory';
import { createLaneProducer, type KafkaSettings, publishAll } from '@chappe/kafka';
import { alwaysWithheldFromRecipients, renderVariant } from '@chappe/policy';
import {
  type AttachmentJson,
  auditTopic,
  completeDraft,
  computeRequestDigest,
  type Decision,
  decisionTopic,
  deriveId,
  deriveMessageId,
  deriveReference,
  directoryTopic,
  draftFromJson,
  encode,
  type Message,
  messageTopic,
  type Receipt,
  receiptTopic,
  variantDigest,
} from '@chappe/schemas';
import { uuidV7At } from './uuid-v7-at.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A lead of post:DJ as ingest writes it. */
export function aLead(changes: {
  text: string;
  title?: string;
  ordinal: number;
  submissionId?: string;
  attachments?: readonly AttachmentJson[];
  /** Withdraws a lead, and all holders are to delete it unless STOP_USE is said. */
  cancels?: { readonly original: Message; readonly action: 'STOP_USE' | 'DELETE' };
}): Message {
  const submissionId = changes.submissionId ?? uuidV7At(1_790_000_000_000 + changes.ordinal);
  const request = {
    submissionId,
    ...bodyOf(changes),
    status: 'EXERCISE' as const,
    exerciseId: 'EXERCISE-ARCHIVE',
    activity: 'OPERATIONAL' as const,
    urgency: 'ROUTINE' as const,
    classification: 'RESTRICTED' as const,
    crimeAreas: ['TERRORISM' as const],
    recipients: { action: [{ correspondent: 'desk:counter-terrorism' }] },
    ...(changes.attachments === undefined ? {} : { attachments: [...changes.attachments] }),
  };
  const messageId = deriveMessageId('post:DJ', submissionId);
  return completeDraft(draftFromJson(request), {
    correspondent: 'post:DJ',
    messageId,
    reference: deriveReference('DJ', submissionId, messageId),
    actor: 'person-officer-post-DJ',
    releasedBy: null,
    releasedAt: null,
    receivedAt: 1_790_000_000_000 + changes.ordinal,
    retainUntil: null,
    requestDigest: computeRequestDigest('post:DJ', request),
    traceId: null,
    schemaVersion: 1,
    withheld: [],
  });
}

function bodyOf({ text, title, cancels }: Parameters<typeof aLead>[0]) {
  if (cancels === undefined) {
    return { kind: 'LEAD' as const, body: { text, ...(title === undefined ? {} : { title }) } };
  }
  const { messageId, threadId } = cancels.original;
  const body = { reason: text, action: cancels.action };
  return { kind: 'CANCELLATION' as const, threadId, cancels: messageId, body };
}

/** The decision that serves the desk a variant and the sender the whole. */
export function aDecision(
  message: Message,
  changes: { withheld?: readonly string[]; outcome?: Decision['outcome'] } = {},
): Decision {
  const withheld: string[] = [...alwaysWithheldFromRecipients, ...(changes.withheld ?? [])];
  const variants = [withheld, [] as string[]].map((paths, index) => ({
    variantId: deriveId('variant', message.messageId, message.requestDigest, String(index)),
    messageId: null,
    withheld: [...paths],
    sha256: variantDigest(renderVariant(message, paths)),
  }));
  const entry = (correspondent: string, role: 'ACTION' | 'SENDER', index: number) => ({
    deliveryId: deriveId('delivery', message.messageId, message.requestDigest, correspondent, role),
    correspondent,
    role,
    variantId: variants[index]?.variantId ?? null,
    noticeCode: null,
    about: null,
    reasons: [],
  });
  return {
    decisionId: deriveId('decision', message.messageId, message.requestDigest),
    messageId: message.messageId,
    requestDigest: message.requestDigest,
    submissionId: message.submissionId,
    reference: message.reference,
    threadId: message.threadId,
    kind: message.kind,
    status: message.status,
    lane: 'routine',
    outcome: changes.outcome ?? 'ACCEPTED',
    refusalCode: changes.outcome === 'REFUSED' ? 'conflict' : null,
    decidedAt: message.receivedAt + 1,
    directoryRelease: 1,
    policyVersion: 'test',
    sender: 'post:DJ',
    variants,
    entries: [entry('desk:counter-terrorism', 'ACTION', 0), entry('post:DJ', 'SENDER', 1)],
    denied: [],
  };
}

/** The decision of a dispatch that passes an original on to post:CI, beside the dispatch itself. */
export function aPassingOn(dispatch: Message, original: Message): Decision {
  const own = aDecision(dispatch);
  const withheld: string[] = [...alwaysWithheldFromRecipients];
  const variant = {
    variantId: deriveId('variant', dispatch.messageId, 'original'),
    messageId: original.messageId,
    withheld,
    sha256: variantDigest(renderVariant(original, withheld)),
  };
  const entry = {
    deliveryId: deriveId('delivery', dispatch.messageId, original.messageId, 'post:CI'),
    correspondent: 'post:CI',
    role: 'INFORMATION' as const,
    variantId: variant.variantId,
    noticeCode: null,
    about: null,
    reasons: [],
  };
  return { ...own, variants: [variant, ...own.variants], entries: [entry, ...own.entries] };
}

/** Writes as the services that own the topics do. */
export async function openWriters(
  settings: (service: 'ingest' | 'router' | 'directory' | 'mailbox') => KafkaSettings,
) {
  const producers = {
    ingest: createLaneProducer(settings('ingest'), { name: 'ingest', log }),
    router: createLaneProducer(settings('router'), { name: 'router', log }),
    directory: createLaneProducer(settings('directory'), { name: 'directory', log }),
    mailbox: createLaneProducer(settings('mailbox'), { name: 'mailbox', log }),
  };
  await Promise.all(Object.values(producers).map((producer) => producer.start()));
  return {
    message: (message: Message) =>
      publishAll(producers.ingest, [
        { topic: messageTopic('routine'), key: message.threadId, value: encode('Message', message) },
      ]),
    decision: (decision: Decision) =>
      publishAll(producers.router, [
        { topic: decisionTopic, key: decision.messageId, value: encode('Decision', decision) },
      ]),
    receipts: (receipts: readonly Receipt[]) =>
      publishAll(
        producers.mailbox,
        receipts.map((receipt) => ({
          topic: receiptTopic,
          key: receipt.messageId,
          value: encode('Receipt', receipt),
        })),
      ),
    poison: () =>
      publishAll(producers.router, [
        { topic: decisionTopic, key: 'poison', value: Buffer.from('not a record') },
      ]),
    release: (issuer: string) =>
      publishAll(
        producers.directory,
        buildRelease(loadDemonstration(issuer), {
          number: 1,
          previousSha256: null,
          proposedBy: 'person-directory-admin-1',
          approvedBy: 'person-directory-admin-2',
          publishedAtMs: 1_790_000_000_000,
          demonstration: true,
        }).map((record) => ({
          topic: directoryTopic,
          key: `${record.release}/${record.key}`,
          value: encode('DirectoryRecord', record),
        })),
      ),
    close: () => Promise.all(Object.values(producers).map((producer) => producer.stop())),
    auditTopic,
  };
}
