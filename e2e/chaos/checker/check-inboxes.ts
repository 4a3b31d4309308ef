import type { Evidence, InboxEvidence } from '../evidence/evidence.ts';
import type { Run, SubmissionRecord } from './collect-run.ts';
import type { InboxIndex } from './index-inboxes.ts';
import type { Violation } from './violation.ts';

/** I2, I3 and the numbers of every inbox, item by item; and that no search shows a message to whom it excludes. */
export function* checkInboxes(
  run: Run,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<Violation> {
  for (const inbox of inboxes.values()) {
    yield* checkNumbers(inbox, evidence.startedAfter.get(inbox.correspondent) ?? 0);
    yield* checkOnce(inbox, run);
    for (const item of inbox.items) yield* checkEntitled(item, inbox.correspondent, run, evidence);
  }
  for (const { messageId, shownTo } of evidence.archived.values()) {
    const excluded = run.byMessage.get(messageId)?.expect?.excluded ?? [];
    for (const correspondent of shownTo) {
      if (!excluded.includes(correspondent)) continue;
      const text = `${correspondent} is excluded by the sender and should find nothing; its search shows the message`;
      yield { invariant: 'I3', messageId, correspondent, text };
    }
  }
}

function* checkNumbers({ correspondent, items }: InboxIndex, startedAfter: number): Generator<Violation> {
  let before = startedAfter;
  for (const { number, messageId } of items) {
    if (number !== before + 1) {
      const text = `the numbers of ${correspondent} should rise by one; after ${before} comes ${number}`;
      yield { invariant: 'NUMBERS', messageId, correspondent, number, text };
    }
    before = number;
  }
}

function* checkOnce({ correspondent, items }: InboxIndex, run: Run): Generator<Violation> {
  const times = new Map<string, { item: InboxEvidence; numbers: number[] }>();
  for (const item of items) {
    const key = item.notice === undefined ? item.messageId : `${item.notice.code} ${item.messageId}`;
    const known = times.get(key);
    if (known === undefined) times.set(key, { item, numbers: [item.number] });
    else known.numbers.push(item.number);
  }
  for (const { item, numbers } of times.values()) {
    // Each differing body under one submissionId is refused on its own.
    const refusable =
      item.notice?.code === 'CONFLICT' ? (run.byMessage.get(item.messageId)?.variants ?? 2) - 1 : 1;
    if (numbers.length <= Math.max(1, refusable)) continue;
    const what = item.notice === undefined ? `the ${item.kind}` : `the notice ${item.notice.code}`;
    const text = `${what} should stand once in the inbox of ${correspondent}; it stands at ${numbers.join(', ')}`;
    yield { invariant: 'I2', messageId: item.messageId, correspondent, number: numbers[1] ?? 0, text };
  }
}

function* checkEntitled(
  item: InboxEvidence,
  correspondent: string,
  run: Run,
  evidence: Evidence,
): Generator<Violation> {
  const { messageId, number } = item;
  const violation = (text: string): Violation => ({
    invariant: 'I3',
    messageId,
    correspondent,
    number,
    text,
  });
  const record = run.byMessage.get(messageId);
  if (record === undefined) {
    if (!evidence.strangers) {
      yield violation(
        `number ${number} of ${correspondent} is a ${item.kind} that no client of this run sent`,
      );
    }
    return;
  }
  const excluded = record.expect?.excluded.includes(correspondent) === true;
  if (item.notice !== undefined || item.role === 'NOTICE') {
    const own = record.correspondent === correspondent;
    const holder = record.refersTo !== undefined && mayHold(correspondent, record.refersTo, run);
    if (!own && !holder)
      yield violation(`${correspondent} got a notice of a message that is not its business`);
    return;
  }
  if (excluded) {
    yield violation(
      `the sender excluded ${correspondent}, which should never hold it; it is number ${number} there`,
    );
  } else if (!isExpected(correspondent, messageId, record, run)) {
    const named = record.expect?.recipients.join(', ') ?? 'nobody';
    yield violation(`expected for ${named}; ${correspondent} has it as number ${number}`);
  }
}

function isExpected(correspondent: string, messageId: string, record: SubmissionRecord, run: Run): boolean {
  if (correspondent === record.correspondent) return false;
  if (record.expect === undefined || record.expect.recipients.includes(correspondent)) return true;
  if (run.dispatchedTo.get(messageId)?.has(correspondent) === true) return true;
  return (
    record.expect.audience === 'holders' &&
    record.refersTo !== undefined &&
    run.dispatchedTo.get(record.refersTo)?.has(correspondent) === true
  );
}

function mayHold(correspondent: string, messageId: string, run: Run): boolean {
  const record = run.byMessage.get(messageId);
  return record === undefined || isExpected(correspondent, messageId, record, run);
}
