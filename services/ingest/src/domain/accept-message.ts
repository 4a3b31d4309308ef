import { type Subject, withMarkingProfile } from '@chappe/policy';
import {
  type Correspondent,
  completeDraft,
  deriveMessageId,
  deriveReference,
  draftFromJson,
  type Lane,
  laneOf,
  type Message,
  type MessageRequest,
  schemaTable,
} from '@chappe/schemas';
import { checkBody } from './check-body.ts';
import { checkCodes } from './check-codes.ts';
import { checkEntities } from './check-entities.ts';
import { checkMarkings } from './check-markings.ts';
import { checkRecipients } from './check-recipients.ts';
import { checkReferences } from './check-references.ts';
import { judgeRelease, type ReleaseDirectory } from './check-release.ts';
import { checkReroute } from './check-reroute.ts';
import { checkScope } from './check-scope.ts';
import { checkSender } from './check-sender.ts';
import { checkTimes } from './check-times.ts';
import type { Finding } from './finding.ts';
import { type RetentionDays, retainUntil } from './retention.ts';

/** A request whose schema, identity and digest are known. */
export interface Submission {
  readonly request: MessageRequest;
  readonly submissionId: string;
  readonly messageId: string;
  readonly reference: string;
  readonly requestDigest: string;
}

/** All that acceptance depends on besides the request: who asks, what the directory says, the time. */
export interface AcceptanceContext {
  readonly subject: Subject;
  readonly directory: ReleaseDirectory;
  readonly ceiling: string;
  readonly retention: RetentionDays;
  readonly receivedAtMs: number;
  readonly traceId: string;
}

/** The message that goes into its lane, or everything that speaks against it. */
export type Acceptance =
  | { readonly status: 'accepted'; readonly message: Message; readonly lane: Lane }
  | { readonly status: 'refused'; readonly findings: readonly Finding[] };

/**
 * Decides on what the request alone can show, and sets the server's fields. References to other messages
 * are judged by the router, which has the memory for it.
 */
export function acceptMessage(submission: Submission, context: AcceptanceContext): Acceptance {
  const { subject, receivedAtMs } = context;
  const { correspondents } = context.directory;
  const sender = correspondents.get(subject.correspondent);
  if (sender === undefined) return refused([unknownSender]);
  const draft = draftFromJson(submission.request);
  draft.submissionId = submission.submissionId;
  const message = completeDraft(withMarkingProfile(draft), {
    messageId: submission.messageId,
    reference: submission.reference,
    correspondent: subject.correspondent,
    actor: subject.id,
    releasedBy: null,
    releasedAt: null,
    receivedAt: receivedAtMs,
    retainUntil: retainUntil(draft, receivedAtMs, context.retention),
    requestDigest: submission.requestDigest,
    traceId: context.traceId,
    schemaVersion: writtenVersion,
    withheld: [],
  });
  const release = judgeRelease(message, subject, context.directory, receivedAtMs);
  const findings = [
    ...checkSender(draft, subject, receivedAtMs),
    ...checkReroute(draft, subject),
    ...release.findings,
    ...checkBody(draft),
    ...checkScope(draft),
    ...checkMarkings(draft, { deployment: context.ceiling, correspondent: sender.ceiling }),
    ...checkReferences(draft, submission.messageId),
    ...checkRecipients(draft, correspondents),
    ...checkTimes(draft, receivedAtMs),
    ...checkEntities(draft),
    ...checkCodes(draft),
  ];
  if (findings.length > 0) return refused(findings);
  message.releasedBy = release.releasedBy;
  message.releasedAt = release.releasedBy === null ? null : receivedAtMs;
  return { status: 'accepted', message, lane: laneOf(message.urgency) };
}

/** The id and reference that derive from a request alone: the same for every retry, at every replica. */
export function deriveIdentity(sender: Pick<Correspondent, 'code' | 'shortCode'>, submissionId: string) {
  const messageId = deriveMessageId(sender.code, submissionId);
  return { messageId, reference: deriveReference(sender.shortCode, submissionId, messageId) };
}

const writtenVersion = schemaTable.written('Message').version;

const unknownSender: Finding = {
  code: 'unknown-correspondent',
  pointer: '',
  detail: 'the acting correspondent is not in the directory',
};

function refused(findings: readonly Finding[]): Acceptance {
  return { status: 'refused', findings };
}
