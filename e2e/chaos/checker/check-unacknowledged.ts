import type { Run } from './collect-run.ts';
import type { Violation } from './violation.ts';

/**
 * I5: a request that was not acknowledged appears at most once, and a submission has one identity however often
 * it was repeated. What was certainly refused appears not at all: a client acts on that certainty.
 */
export function* checkUnacknowledged(run: Run): Generator<Violation> {
  for (const record of run.submissions.values()) {
    const identities = [...(run.identities.get(record.submissionId) ?? [])];
    const [messageId] = identities;
    if (messageId === undefined) continue;
    const told = `${record.kind} ${record.submissionId} of ${record.correspondent}`;
    if (identities.length > 1) {
      const text = `${told} should exist at most once; it exists as ${identities.join(' and ')}`;
      yield { invariant: 'I5', messageId, correspondent: record.correspondent, text };
    }
    if (record.acknowledgedMs === undefined && !record.uncertain) {
      const text = `${told} was refused for certain at every attempt and should not exist; its sender finds it as sent`;
      yield { invariant: 'I5', messageId, correspondent: record.correspondent, text };
    }
  }
}
