import type { Evidence } from '../evidence/evidence.ts';
import type { ChaosEvent, Expectation, Invoked, LaneName } from '../history/chaos-event.ts';

/** All that its sender knows of one submission. */
export interface SubmissionRecord {
  readonly submissionId: string;
  readonly client: string;
  readonly correspondent: string;
  readonly kind: string;
  readonly lane: LaneName;
  readonly firstInvokedMs: number;
  threadId: string | undefined;
  refersTo: string | undefined;
  addressees: readonly string[];
  expect: Expectation | undefined;
  /** When the first 202 was held. */
  acknowledgedMs: number | undefined;
  /** The identities that 202s gave it: one, if all is well. */
  readonly messageIds: string[];
  /** The bodies that were answered 202. */
  readonly acknowledgedVariants: Set<number>;
  /** How many different bodies were sent under this submissionId. */
  variants: number;
  /** An attempt of which nothing is known: it may have been written. */
  uncertain: boolean;
}

/** What the clients of a run did, in the form in which it is judged. */
export interface Run {
  readonly submissions: ReadonlyMap<string, SubmissionRecord>;
  /** By every identity that a 202 or the list of sent messages gives. */
  readonly byMessage: ReadonlyMap<string, SubmissionRecord>;
  /** The identities of each submission, by its 202s and by what its sender's list says. */
  readonly identities: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whom dispatches of a message name, whether or not they were acknowledged. */
  readonly dispatchedTo: ReadonlyMap<string, ReadonlySet<string>>;
  /** The cancellations of a message. */
  readonly cancellations: ReadonlyMap<string, readonly SubmissionRecord[]>;
}

/** Statuses that say for certain that nothing was written. */
function isCertainRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425;
}

/** Reads a history once and joins it with the identities that the evidence shows. */
export function collectRun(events: Iterable<ChaosEvent>, evidence: Evidence): Run {
  const submissions = new Map<string, SubmissionRecord>();
  for (const event of events) {
    if (event.what === 'invoke') begin(submissions, event);
    if (event.what !== 'answer' && event.what !== 'no-answer') continue;
    const record = submissions.get(event.submissionId);
    if (record === undefined) continue;
    if (event.what === 'no-answer') record.uncertain = true;
    else if (event.status === 202 && event.messageId !== undefined) {
      record.acknowledgedMs ??= event.atMs;
      record.acknowledgedVariants.add(event.variant);
      if (!record.messageIds.includes(event.messageId)) record.messageIds.push(event.messageId);
    } else if (!isCertainRefusal(event.status)) record.uncertain = true;
  }
  return { submissions, ...joinIdentities(submissions, evidence) };
}

function begin(submissions: Map<string, SubmissionRecord>, event: Invoked): void {
  const known = submissions.get(event.submissionId);
  const record = known ?? {
    submissionId: event.submissionId,
    client: event.client,
    correspondent: event.correspondent,
    kind: event.kind,
    lane: event.lane,
    firstInvokedMs: event.atMs,
    threadId: undefined,
    refersTo: undefined,
    addressees: [],
    expect: undefined,
    acknowledgedMs: undefined,
    messageIds: [],
    acknowledgedVariants: new Set<number>(),
    variants: 1,
    uncertain: false,
  };
  if (known === undefined) submissions.set(event.submissionId, record);
  record.threadId ??= event.threadId;
  record.refersTo ??= event.refersTo;
  record.expect ??= event.expect;
  if (event.addressees !== undefined) record.addressees = event.addressees;
  record.variants = Math.max(record.variants, event.variant + 1);
}

function joinIdentities(
  submissions: ReadonlyMap<string, SubmissionRecord>,
  evidence: Evidence,
): Omit<Run, 'submissions'> {
  const byMessage = new Map<string, SubmissionRecord>();
  const identities = new Map<string, Set<string>>();
  const dispatchedTo = new Map<string, Set<string>>();
  const cancellations = new Map<string, SubmissionRecord[]>();
  const identify = (record: SubmissionRecord, messageId: string): void => {
    byMessage.set(messageId, record);
    const known = identities.get(record.submissionId);
    if (known === undefined) identities.set(record.submissionId, new Set([messageId]));
    else known.add(messageId);
  };
  for (const record of submissions.values()) {
    for (const messageId of record.messageIds) identify(record, messageId);
    const { refersTo } = record;
    if (refersTo === undefined) continue;
    if (record.kind === 'DISPATCH') {
      const named = dispatchedTo.get(refersTo) ?? new Set<string>();
      for (const each of record.addressees) named.add(each);
      dispatchedTo.set(refersTo, named);
    }
    if (record.kind === 'CANCELLATION') {
      cancellations.set(refersTo, [...(cancellations.get(refersTo) ?? []), record]);
    }
  }
  for (const { messageId, submissionId } of evidence.sent.values()) {
    const record = submissionId === undefined ? undefined : submissions.get(submissionId);
    if (record !== undefined) identify(record, messageId);
  }
  return { byMessage, identities, dispatchedTo, cancellations };
}
