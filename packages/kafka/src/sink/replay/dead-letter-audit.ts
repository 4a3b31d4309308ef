import { randomUUID } from 'node:crypto';
import { type AuditEntry, auditTopic, encode, type ServiceName } from '@chappe/schemas';
import type { LetterId } from './dead-letter-desk.ts';

/** Something that a person did about a dead letter. */
export interface DeadLetterAct extends LetterId {
  readonly caseId: string;
  readonly act: 'DISCARD' | 'REINSTATE';
  readonly step: 'PROPOSED' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN';
  readonly actor: {
    readonly subject: string;
    readonly correspondent: string;
    readonly roles: readonly string[];
    readonly directoryRelease: number;
    readonly traceId: string;
  };
  readonly reason: string | null;
  readonly outcome: 'ANSWERED' | 'DENIED';
}

/**
 * Makes the audit entries of a service's dead letters, ready for its outbox: who did what about which case and
 * letter, when and why; nothing of what the letter says.
 */
export function deadLetterAudit(
  service: ServiceName,
  nowMs: () => number = Date.now,
): (act: DeadLetterAct) => { topic: string; key: string; value: Buffer } {
  return ({ group, partition, offset, caseId, act, step, actor, reason, outcome }) => {
    const entry: AuditEntry = {
      auditId: randomUUID(),
      at: nowMs(),
      service,
      subjectKind: 'PERSON',
      subject: actor.subject,
      correspondent: actor.correspondent,
      roles: [...actor.roles],
      action: `dead-letter.${act.toLowerCase()}-${step.toLowerCase()}`,
      resourceKind: 'dead-letter',
      resourceIds: [`${group}/${partition}/${offset}`, `${service}/${caseId}`],
      queryDigest: null,
      reason,
      outcome,
      resultCount: null,
      directoryRelease: actor.directoryRelease,
      traceId: actor.traceId,
    };
    return { topic: auditTopic, key: entry.subject, value: encode('AuditEntry', entry) };
  };
}
