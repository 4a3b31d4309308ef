import type { Evidence } from '../evidence/evidence.ts';
import type { Run } from './collect-run.ts';
import type { InboxIndex } from './index-inboxes.ts';
import type { Violation } from './violation.ts';

/** I9: an accepted cancellation reaches whoever ever got the original, dispatches included. */
export function* checkRecalls(
  run: Run,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<Violation> {
  for (const [originalId, cancellations] of run.cancellations) {
    const accepted = cancellations
      .flatMap((record) => [...(run.identities.get(record.submissionId) ?? [])])
      .filter((id) => evidence.sent.get(id)?.copies.some((copy) => copy.state === 'ACCEPTED') === true);
    if (accepted.length === 0) continue;
    for (const { correspondent, numberOf, notices } of inboxes.values()) {
      const held = numberOf.get(originalId);
      if (held === undefined) continue;
      const noticed = notices.get(originalId)?.some((item) => item.notice?.code === 'cancelled') === true;
      if (noticed || accepted.some((id) => numberOf.has(id))) continue;
      const text =
        `${correspondent} holds the cancelled message as number ${held} and should be told of the cancellation ` +
        `${accepted.join(', ')}; its inbox has neither it nor a notice of it`;
      yield { invariant: 'I9', messageId: originalId, correspondent, number: held, text };
    }
    for (const messageId of accepted) yield* checkOwed(messageId, originalId, evidence, inboxes);
  }
}

/**
 * COMPLIED is owed by each of them: by name where the sender may know it, else by their number. Whoever the
 * cancellation reached has it in its inbox, as itself or as a bare notice.
 */
function* checkOwed(
  messageId: string,
  originalId: string,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<Violation> {
  const sent = evidence.sent.get(messageId);
  if (sent?.recipients === undefined) return;
  for (const { correspondent, state, owed } of sent.recipients) {
    if (state === 'COMPLIED' || owed.includes('COMPLIED')) continue;
    const text = `${correspondent} should owe COMPLIED for the cancellation; tracking says ${state}, owing ${owed.join(', ') || 'nothing'}`;
    yield { invariant: 'I9', messageId, correspondent, text };
  }
  const reached = [...inboxes.values()].filter(
    ({ numberOf, notices }) =>
      numberOf.has(messageId) ||
      notices.get(originalId)?.some((item) => item.messageId === messageId) === true,
  ).length;
  const accounted = sent.recipients.length + (sent.others ?? 0);
  if (accounted === reached) return;
  const text = `the cancellation is in ${reached} inboxes, each of which owes COMPLIED; tracking accounts for ${accounted}`;
  yield { invariant: 'I9', messageId, text };
}
