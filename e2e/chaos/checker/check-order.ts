import type { Run, SubmissionRecord } from './collect-run.ts';
import type { InboxIndex } from './index-inboxes.ts';
import { at, type Violation } from './violation.ts';

/**
 * I4: if a client held A's 202 before it first sent B, same thread and lane, A precedes B in every inbox. An
 * inbox that got A by a dispatch got it in the dispatch's lane, beside which B may well pass.
 */
export function* checkOrder(run: Run, inboxes: ReadonlyMap<string, InboxIndex>): Generator<Violation> {
  for (const flow of flowsOf(run)) {
    for (const [place, later] of flow.entries()) {
      const { messageId: laterId, record: b } = later;
      for (const { messageId, record: a } of flow.slice(0, place)) {
        if (a.acknowledgedMs === undefined || a.acknowledgedMs >= b.firstInvokedMs) continue;
        for (const correspondent of a.expect?.recipients ?? []) {
          const inbox = inboxes.get(correspondent);
          const first = inbox?.numberOf.get(messageId);
          const second = inbox?.numberOf.get(laterId);
          if (first === undefined || second === undefined || first < second) continue;
          const text =
            `${a.client} held the 202 of its ${a.kind} ${at(a.acknowledgedMs)}, before it first sent its ${b.kind} ` +
            `${at(b.firstInvokedMs)} in the same thread and lane; in the inbox of ${correspondent} the ` +
            `${a.kind} should come first, and is number ${first} after number ${second}`;
          yield { invariant: 'I4', messageId: laterId, correspondent, number: second, text };
        }
      }
    }
  }
}

interface Acknowledged {
  readonly messageId: string;
  readonly record: SubmissionRecord;
}

/** What one client sent in one thread and lane, in the order in which it first sent it. */
function flowsOf(run: Run): Iterable<readonly Acknowledged[]> {
  const flows = new Map<string, Acknowledged[]>();
  for (const record of run.submissions.values()) {
    const [messageId] = record.messageIds;
    if (messageId === undefined) continue;
    const key = `${record.client} ${record.threadId ?? messageId} ${record.lane}`;
    const flow = flows.get(key);
    if (flow === undefined) flows.set(key, [{ messageId, record }]);
    else flow.push({ messageId, record });
  }
  for (const flow of flows.values()) flow.sort((a, b) => a.record.firstInvokedMs - b.record.firstInvokedMs);
  return flows.values();
}
