import {
  applyDirectoryRecord,
  buildRelease,
  currentSnapshot,
  type DirectoryEntries,
  type DirectorySnapshot,
  demonstrationApprover,
  demonstrationProposer,
  emptyReplica,
  loadDemonstration,
} from '@chappe/directory';
import {
  completeDraft,
  computeRequestDigest,
  type DirectoryRecord,
  deriveMessageId,
  draftFromJson,
  encode,
  laneOf,
  type Message,
  type MessageRequest,
  messageSchemaVersion,
} from '@chappe/schemas';
import type { RoutingContext } from '../src/domain/decide-message.ts';
import type { Arrival } from '../src/domain/thread-memory.ts';

/** Noon of an ordinary day. */
export const noonMs = Date.UTC(2026, 5, 1, 12);

/** The records of release 1 of the invented directory of the demonstration. */
export function givenRelease(
  entries: DirectoryEntries = loadDemonstration('https://issuer.test'),
): DirectoryRecord[] {
  return buildRelease(entries, {
    number: 1,
    previousSha256: null,
    proposedBy: demonstrationProposer,
    approvedBy: demonstrationApprover,
    publishedAtMs: Date.UTC(2026, 4, 1),
    demonstration: true,
  });
}

/** The invented directory of the demonstration, as a replica serves it. */
export function givenDirectory(entries?: DirectoryEntries): DirectorySnapshot {
  let state = emptyReplica();
  for (const record of givenRelease(entries)) state = applyDirectoryRecord(state, record).state;
  const snapshot = currentSnapshot(state);
  if (snapshot === undefined) throw new Error('the demonstration is a complete release');
  return snapshot;
}

const demonstration = givenDirectory();

/** A decision at noon, under the demonstration's directory. */
export function givenContext(change: Partial<RoutingContext> = {}): RoutingContext {
  return { directory: demonstration, nowMs: noonMs, referenceWaitMs: 60_000, maxHeldPerSender: 3, ...change };
}

let submissions = 0;

/** A new UUIDv7 of noon. */
export function newSubmissionId(): string {
  submissions += 1;
  const time = noonMs.toString(16).padStart(12, '0');
  const count = (submissions + process.pid * 65_536).toString(16).padStart(12, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${count}`;
}

/** What a request may change of a lead on drugs, routine, in Djibouti. */
export type RequestChange = Partial<Omit<MessageRequest, 'kind' | 'body' | 'submissionId'>> & {
  submissionId?: string | null;
};

/** A message as ingest writes it. */
export function givenMessage(
  correspondent: string,
  kindAndBody: Pick<MessageRequest, 'kind' | 'body'>,
  change: RequestChange = {},
): Message {
  const submissionId = change.submissionId ?? newSubmissionId();
  const request = {
    urgency: 'ROUTINE',
    status: 'ACTUAL',
    crimeAreas: ['DRUG_TRAFFICKING'],
    classification: 'RESTRICTED',
    ...change,
    ...kindAndBody,
    submissionId,
  } as MessageRequest;
  const messageId = deriveMessageId(correspondent, submissionId);
  return completeDraft(draftFromJson(request), {
    correspondent,
    messageId,
    requestDigest: computeRequestDigest(correspondent, request),
    reference: `T-26-${messageId.slice(-7).toUpperCase()}-X`,
    actor: 'person-invented',
    receivedAt: noonMs,
    releasedBy: null,
    releasedAt: null,
    retainUntil: null,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    schemaVersion: messageSchemaVersion,
    withheld: [],
  });
}

/** A lead. */
export function givenLead(
  correspondent: string,
  change: RequestChange = {},
  text = 'An invented lead.',
): Message {
  return givenMessage(correspondent, { kind: 'LEAD', body: { text } }, change);
}

const answering = (original: Message): RequestChange => ({
  threadId: original.threadId,
  inReplyTo: original.messageId,
});

/** A reply to a message. */
export function givenReply(correspondent: string, original: Message, change: RequestChange = {}): Message {
  const body = { outcome: 'FULL', content: 'An invented answer.' } as const;
  return givenMessage(correspondent, { kind: 'REPLY', body }, { ...answering(original), ...change });
}

/** Facts added to a message. */
export function givenSupplement(
  correspondent: string,
  original: Message,
  change: RequestChange = {},
): Message {
  const body = { text: 'More invented facts.' };
  return givenMessage(correspondent, { kind: 'SUPPLEMENT', body }, { ...answering(original), ...change });
}

/** A correction of a lead or a supplement, or of a correction of one. */
export function givenCorrection(
  correspondent: string,
  original: Message,
  change: RequestChange = {},
): Message {
  const ofSupplement = (original.correction ?? original).supplement !== null;
  const corrected = ofSupplement
    ? { supplement: { text: 'The corrected facts.' } }
    : { lead: { text: 'The corrected lead.' } };
  const body = { reason: 'A wrong plate.', ...corrected };
  return givenMessage(
    correspondent,
    { kind: 'CORRECTION', body },
    { threadId: original.threadId, supersedes: original.messageId, ...change },
  );
}

/** The withdrawal of a message. */
export function givenCancellation(
  correspondent: string,
  original: Message,
  change: RequestChange = {},
): Message {
  const body = { reason: 'Sent by mistake.', action: 'DELETE' } as const;
  return givenMessage(
    correspondent,
    { kind: 'CANCELLATION', body },
    { threadId: original.threadId, cancels: original.messageId, ...change },
  );
}

/** A dispatch of a message to some correspondents, for action. */
export function givenDispatch(
  correspondent: string,
  original: Message,
  action: readonly string[],
  change: RequestChange = {},
): Message {
  const body = {
    original: { messageId: original.messageId, requestDigest: original.requestDigest },
    action: action.map((each) => ({ correspondent: each })),
    instruction: 'Please check locally.',
  };
  return givenMessage(correspondent, { kind: 'DISPATCH', body }, { threadId: original.threadId, ...change });
}

/** The originator's permission to pass a message on. */
export function givenReleaseTo(
  correspondent: string,
  original: Message,
  request: Message,
  releaseTo: readonly string[],
  granted = true,
): Message {
  const body = { original: { messageId: original.messageId }, granted, releaseTo: [...releaseTo] };
  return givenMessage(correspondent, { kind: 'RELEASE', body }, answering(request));
}

/** A request for that permission. */
export function givenReleaseRequest(
  correspondent: string,
  original: Message,
  releaseTo: readonly string[],
): Message {
  const body = {
    original: { messageId: original.messageId },
    releaseTo: [...releaseTo],
    purpose: 'To warn an invented partner.',
  };
  return givenMessage(correspondent, { kind: 'RELEASE_REQUEST', body }, answering(original));
}

/** What a post told a local body of a message, by word. */
export function givenDisclosure(
  correspondent: string,
  original: Message,
  change: RequestChange = {},
): Message {
  const body = {
    original: { messageId: original.messageId },
    recipientBody: 'Invented port authority',
    form: 'ORAL',
    disclosedAt: new Date(noonMs - 60_000).toISOString(),
    content: 'An invented warning.',
    legalBasis: 'BILATERAL_AGREEMENT',
    justification: 'Only the authority can stop the container.',
    authorisedBy: 'Attaché',
  } as const;
  return givenMessage(correspondent, { kind: 'DISCLOSURE', body }, { ...answering(original), ...change });
}

/** The end of a thread, as somebody declares it. */
export function givenClosure(correspondent: string, opening: Message, change: RequestChange = {}): Message {
  const body = { outcome: 'EXPLOITED', feedback: 'Thank you.' } as const;
  return givenMessage(correspondent, { kind: 'CLOSURE', body }, { threadId: opening.threadId, ...change });
}

/** A lead that left at once because of a threat to life, released by nobody yet. */
export function givenEmergency(correspondent: string, change: RequestChange = {}): Message {
  return givenLead(correspondent, {
    urgency: 'FLASH',
    urgencyGround: 'THREAT_TO_LIFE',
    releaseMode: 'EMERGENCY',
    places: [{ country: 'DJ' }],
    ...change,
  });
}

/** A review of what left in an emergency, by a person of its correspondent. */
export function givenReview(
  correspondent: string,
  original: Message,
  actor: string,
  granted = true,
): Message {
  const body = { original: { messageId: original.messageId }, granted };
  return { ...givenMessage(correspondent, { kind: 'RELEASE', body }, answering(original)), actor };
}

/** The order of the mailbox's own system to reroute what a suspended correspondent holds of a message. */
export function givenReroute(suspended: string, original: Message, change: RequestChange = {}): Message {
  const body = {
    code: 'REROUTE',
    about: { messageId: original.messageId, reference: original.reference },
  } as const;
  const ordered = givenMessage(
    'service:system',
    { kind: 'SERVICE', body },
    { ...answering(original), recipients: { action: [{ correspondent: suspended }] }, ...change },
  );
  return { ...ordered, actor: 'system-mailbox' };
}

/** The demonstration with some correspondents suspended. */
export function givenSuspended(...codes: readonly string[]): DirectorySnapshot {
  const entries = loadDemonstration('https://issuer.test');
  return givenDirectory({
    ...entries,
    correspondents: entries.correspondents.map((each) =>
      codes.includes(each.code) ? { ...each, suspended: true } : each,
    ),
  });
}

/** A message as it is read from its lane. */
export function arrival(message: Message): Arrival {
  return { message, lane: laneOf(message.urgency), encoded: encode('Message', message) };
}
