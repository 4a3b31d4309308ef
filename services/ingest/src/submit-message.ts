import type { OutgoingRecord, SendOutcome } from '@chappe/kafka';
import type { Subject } from '@chappe/policy';
import {
  type Attachment,
  computeRequestDigest,
  type Lane,
  type Message,
  type MessageRequest,
} from '@chappe/schemas';
import {
  type Acceptance,
  type AcceptanceContext,
  acceptMessage,
  deriveIdentity,
} from './domain/accept-message.ts';
import type { Finding } from './domain/finding.ts';

/** What the 202 contains: only what derives from the request, so that every retry gets the same. */
export interface Acknowledgement {
  readonly messageId: string;
  readonly reference: string;
  readonly submissionId: string;
}

/** The fate of one submission. */
export type SubmissionOutcome =
  | { readonly status: 'acknowledged'; readonly acknowledgement: Acknowledgement }
  | { readonly status: 'refused'; readonly findings: readonly Finding[] }
  /** The submission was used for another body. */
  | { readonly status: 'conflict' }
  | { readonly status: 'too-large' }
  /** Not acknowledged. `mayExist`: it may have been written all the same, and a retry is safe. */
  | { readonly status: 'unavailable'; readonly mayExist: boolean; readonly reason: string };

/** Remembers which body an acknowledged submission had, at best effort; never rejects. */
export interface SubmissionMemory {
  /** The digest that was acknowledged under this message id, if it is known. */
  recall(messageId: string): Promise<string | undefined>;
  /** Called only after Kafka's acknowledgement; returns at once. */
  remember(messageId: string, requestDigest: string): void;
}

/** Whether a message may name the files that it names. */
export type GateVerdict =
  | { readonly status: 'attachable' }
  | { readonly status: 'refused'; readonly findings: readonly Finding[] }
  /** The store did not answer in time. */
  | { readonly status: 'unavailable' };

/** Knows which files a correspondent has uploaded; never rejects. */
export interface AttachmentGate {
  /** Without any effect. */
  judge(files: readonly Attachment[], correspondent: string, messageId: string): Promise<GateVerdict>;
  /** Marks the files as named by the message, so that they are kept; repeating it is harmless. */
  attach(files: readonly Attachment[], correspondent: string, messageId: string): Promise<GateVerdict>;
}

/** What submitting needs of the world. */
export interface SubmitPorts {
  readonly directory: () => AcceptanceContext['directory'];
  readonly memory: SubmissionMemory;
  readonly attachments: AttachmentGate;
  readonly encode: (message: Message, lane: Lane) => OutgoingRecord;
  readonly send: (lane: Lane, record: OutgoingRecord) => Promise<SendOutcome>;
  readonly nowMs: () => number;
  readonly settings: Pick<AcceptanceContext, 'ceiling' | 'retention'>;
}

/** One request whose body fits its schema, and who makes it. */
export interface SubmitRequest {
  readonly request: MessageRequest;
  readonly submissionId: string;
  readonly subject: Subject;
  readonly traceId: string;
}

/** Submits one message. */
export type SubmitMessage = (request: SubmitRequest) => Promise<SubmissionOutcome>;

/**
 * Makes the use case: same submission, same answer. Copies that arrive together share one flight, so
 * that one process writes one record; a copy that arrives later is answered from memory, or written
 * again under the same id, which everything downstream knows to be the same message.
 */
export function createSubmitMessage(ports: SubmitPorts): SubmitMessage {
  const flights = new Map<string, { requestDigest: string; outcome: Promise<SubmissionOutcome> }>();

  return (submit) => {
    const identity = identityOf(submit, ports);
    if (identity === undefined) return Promise.resolve(notInDirectory);
    const { messageId, requestDigest } = identity;
    const flight = flights.get(messageId);
    if (flight !== undefined) {
      return flight.requestDigest === requestDigest
        ? flight.outcome
        : Promise.resolve({ status: 'conflict' });
    }
    const outcome = fly(submit, identity, ports).finally(() => flights.delete(messageId));
    flights.set(messageId, { requestDigest, outcome });
    return outcome;
  };
}

/** What would become of a submission, as far as ingest can tell; nothing is written or remembered. */
export async function previewMessage(submit: SubmitRequest, ports: SubmitPorts): Promise<SubmissionOutcome> {
  const identity = identityOf(submit, ports);
  if (identity === undefined) return notInDirectory;
  const acceptance = accept(submit, identity, ports);
  if (acceptance.status === 'refused') return acceptance;
  const hindered = await passGate('judge', acceptance.message, ports);
  if (hindered !== undefined) return hindered;
  ports.encode(acceptance.message, acceptance.lane);
  return { status: 'acknowledged', acknowledgement: identity.acknowledgement };
}

interface Identity {
  readonly messageId: string;
  readonly requestDigest: string;
  readonly acknowledgement: Acknowledgement;
}

const notInDirectory: SubmissionOutcome = { status: 'unavailable', mayExist: false, reason: 'directory' };

function identityOf(
  { subject, submissionId, request }: SubmitRequest,
  ports: SubmitPorts,
): Identity | undefined {
  const sender = ports.directory().correspondents.get(subject.correspondent);
  if (sender === undefined) return undefined;
  const { messageId, reference } = deriveIdentity(sender, submissionId);
  const body = request.submissionId === undefined ? { ...request, submissionId } : request;
  return {
    messageId,
    requestDigest: computeRequestDigest(subject.correspondent, body),
    acknowledgement: { messageId, reference, submissionId },
  };
}

async function fly(
  submit: SubmitRequest,
  identity: Identity,
  ports: SubmitPorts,
): Promise<SubmissionOutcome> {
  const { messageId, requestDigest, acknowledgement } = identity;
  const known = await ports.memory.recall(messageId);
  if (known !== undefined) {
    return known === requestDigest ? { status: 'acknowledged', acknowledgement } : { status: 'conflict' };
  }
  const acceptance = accept(submit, identity, ports);
  if (acceptance.status === 'refused') return acceptance;
  const hindered = await passGate('attach', acceptance.message, ports);
  if (hindered !== undefined) return hindered;
  const sent = await ports.send(acceptance.lane, ports.encode(acceptance.message, acceptance.lane));
  if (sent.status === 'acknowledged') {
    ports.memory.remember(messageId, requestDigest);
    return { status: 'acknowledged', acknowledgement };
  }
  if (sent.status === 'refused' && sent.reason === 'too-large') return { status: 'too-large' };
  return { status: 'unavailable', mayExist: sent.status === 'unknown', reason: sent.reason };
}

/** What its files hold against a message. Files are marked before it is written, so that none of them is swept. */
async function passGate(
  act: 'judge' | 'attach',
  { attachments, sender, messageId }: Message,
  ports: SubmitPorts,
): Promise<SubmissionOutcome | undefined> {
  if (attachments.length === 0) return undefined;
  const verdict = await ports.attachments[act](attachments, sender.correspondent, messageId);
  if (verdict.status === 'attachable') return undefined;
  return verdict.status === 'refused'
    ? verdict
    : { status: 'unavailable', mayExist: false, reason: 'attachments' };
}

function accept(
  submit: SubmitRequest,
  { messageId, requestDigest, acknowledgement }: Identity,
  ports: SubmitPorts,
): Acceptance {
  const { request, submissionId, subject, traceId } = submit;
  return acceptMessage(
    { request, submissionId, messageId, reference: acknowledgement.reference, requestDigest },
    {
      ...ports.settings,
      subject,
      directory: ports.directory(),
      receivedAtMs: ports.nowMs(),
      traceId,
    },
  );
}
