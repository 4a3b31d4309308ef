import type { Evidence, SentEvidence } from '../evidence/evidence.ts';
import type { Run, SubmissionRecord } from './collect-run.ts';
import type { InboxIndex } from './index-inboxes.ts';
import { at, type Violation } from './violation.ts';

/** Codes by which the router may refuse what refers to something, however blameless. */
const refusalsOfReferring: readonly string[] = ['reference-unavailable', 'too-many-waiting'];

/**
 * I1: whatever was answered 202 is archived and in the inbox of every recipient that its decision names, as
 * its sender's tracking shows and as the one who composed it expects, or refused and its sender told why.
 */
export function* checkAcknowledged(
  run: Run,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<Violation> {
  for (const record of run.submissions.values()) {
    for (const messageId of record.messageIds) yield* checkOne(messageId, record, run, evidence, inboxes);
  }
}

function* checkOne(
  messageId: string,
  record: SubmissionRecord,
  run: Run,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<Violation> {
  const told = `${record.kind} of ${record.correspondent}, answered 202 ${at(record.acknowledgedMs)},`;
  const violation = (text: string, correspondent?: string): Violation => ({
    invariant: 'I1',
    messageId,
    ...(correspondent === undefined ? {} : { correspondent }),
    text: `${told} ${text}`,
  });
  const sent = evidence.sent.get(messageId);
  const holders = [...inboxes.values()].filter((each) => each.numberOf.has(messageId));
  if (sent === undefined) {
    const where = holders.map((each) => each.correspondent).join(', ') || 'no inbox';
    const archive = evidence.archived.has(messageId)
      ? 'the archive holds it'
      : 'the archive does not hold it';
    yield violation(`should have been decided; its sender is not told of it; ${where} has it; ${archive}`);
    return;
  }
  const accepted = sent.copies.some((copy) => copy.state === 'ACCEPTED');
  const refused = sent.copies.filter((copy) => copy.state === 'REFUSED');
  if (accepted) {
    if (!evidence.archived.has(messageId))
      yield violation('is accepted and should be archived; no search shows it');
    yield* missingFrom(record, sent, inboxes, messageId, violation);
    if (record.kind === 'DISPATCH') yield* originalMissingFrom(record, run, inboxes, violation);
    if (refused.length > 0 && record.variants === 1) {
      yield violation(
        `is accepted, and refused as well (${codesOf(refused)}), although it had one body only`,
      );
    }
  } else {
    for (const { correspondent } of holders) {
      yield violation(
        `is refused (${codesOf(refused)}) and should reach nobody; it is in this inbox`,
        correspondent,
      );
    }
    if (!mayBeRefused(record, refused, run)) {
      yield violation(`should have been accepted; it is refused (${codesOf(refused)})`);
    }
  }
  const conflicting = record.acknowledgedVariants.size > 1;
  if (conflicting && refused.length === 0) {
    yield violation('was acknowledged with two different bodies; one of them should be refused, and is not');
  }
  if (!accepted || conflicting) {
    const notices = inboxes.get(record.correspondent)?.notices.get(messageId) ?? [];
    const isTold = notices.some((each) => each.messageId === messageId);
    if (!isTold) {
      yield violation(
        `is refused (${codesOf(refused)}) and its sender should be told by a notice; its inbox has none`,
        record.correspondent,
      );
    }
  }
}

function* missingFrom(
  record: SubmissionRecord,
  sent: SentEvidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
  messageId: string,
  violation: (text: string, correspondent?: string) => Violation,
): Generator<Violation> {
  const expected = record.expect?.recipients ?? [];
  const tracked = (sent.recipients ?? []).map((each) => each.correspondent);
  for (const correspondent of new Set([...expected, ...tracked])) {
    const inbox = inboxes.get(correspondent);
    const present = inbox?.numberOf.has(messageId) === true || isNoticed(inbox, record, messageId);
    if (present || record.expect?.excluded.includes(correspondent) === true) continue;
    const because = expected.includes(correspondent)
      ? 'whoever composed it expects it there'
      : 'tracking names it';
    yield violation(`should be in the inbox of ${correspondent} (${because}); it is not`, correspondent);
  }
}

/** A dispatch passes its original on: whoever gets the one holds the other, or wrote it. */
function* originalMissingFrom(
  { refersTo = '', expect }: SubmissionRecord,
  run: Run,
  inboxes: ReadonlyMap<string, InboxIndex>,
  violation: (text: string, correspondent?: string) => Violation,
): Generator<Violation> {
  const author = run.byMessage.get(refersTo)?.correspondent;
  for (const correspondent of expect?.recipients ?? []) {
    if (correspondent === author || inboxes.get(correspondent)?.numberOf.has(refersTo) === true) continue;
    yield violation(
      `should bring its original ${refersTo} to ${correspondent}, whose inbox lacks it`,
      correspondent,
    );
  }
}

/** Who may not read a correction or cancellation of what it holds gets a bare notice instead. */
function isNoticed(inbox: InboxIndex | undefined, record: SubmissionRecord, messageId: string): boolean {
  const notices = record.refersTo === undefined ? [] : (inbox?.notices.get(record.refersTo) ?? []);
  return notices.some((each) => each.messageId === messageId);
}

function mayBeRefused(record: SubmissionRecord, refused: SentEvidence['copies'], run: Run): boolean {
  const codes = refused.map((copy) => copy.refusalCode ?? '');
  if (record.refersTo === undefined) return false;
  const recalled = run.cancellations.has(record.refersTo);
  return codes.every(
    (code) =>
      refusalsOfReferring.includes(code) || (code === 'original-cancelled' && recalled && mayRace(record)),
  );
}

/** A dispatch whose acceptance its sender saw before the cancellation was sent cannot be refused for it. */
function mayRace(record: SubmissionRecord): boolean {
  return record.expect?.mayBeRefused === true;
}

function codesOf(copies: SentEvidence['copies']): string {
  return copies.map((copy) => copy.refusalCode ?? 'no code').join(', ') || 'no copy of it';
}
