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
  }
}
