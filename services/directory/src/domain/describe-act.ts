import type { Subject } from '@chappe/policy';
import type { AuditEntry } from '@chappe/schemas';

/** Something that somebody did, or tried to do, to the directory. Times and ids come in as data. */
export interface AdministrativeAct {
  readonly auditId: string;
  readonly atMs: number;
  readonly subject: Subject;
  readonly act: 'propose' | 'approve' | 'reject' | 'withdraw' | 'export';
  readonly resourceKind: 'directory-proposal' | 'directory-release';
  readonly resourceIds: readonly string[];
  /** SHA-256 of what was proposed. */
  readonly contentDigest: string | null;
  readonly reason: string | null;
  /** DENIED when a second person was needed. */
  readonly outcome: 'ANSWERED' | 'DENIED';
  readonly traceId: string;
}

/** The audit entry of an act: who did what to which proposal or release, when and why. */
export function describeAct(done: AdministrativeAct): AuditEntry {
  const { subject } = done;
  return {
    auditId: done.auditId,
    at: done.atMs,
    service: 'directory',
    subjectKind: subject.kind,
    subject: subject.id,
    correspondent: subject.correspondent,
    roles: [...new Set(subject.grants.map((grant) => grant.role))].sort(),
    action: `directory.${done.act}`,
    resourceKind: done.resourceKind,
    resourceIds: [...done.resourceIds],
    queryDigest: done.contentDigest,
    reason: done.reason,
    outcome: done.outcome,
    resultCount: null,
    directoryRelease: subject.directoryRelease,
    traceId: done.traceId,
  };
}
