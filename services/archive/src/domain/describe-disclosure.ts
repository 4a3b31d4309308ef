import type { Subject } from '@chappe/policy';
import type { AuditEntry } from '@chappe/schemas';

/** What an answered request disclosed, to whom and why. Times and ids come in as data. */
export interface Disclosed {
  readonly auditId: string;
  readonly atMs: number;
  readonly subject: Subject;
  readonly action: 'archive.search' | 'archive.read' | 'attachment.read-archived';
  readonly messageIds: readonly string[];
  /** The SHA-256 of the file, where one was opened; it stands after its message. */
  readonly attachment?: string;
  /** SHA-256 of the canonical query; the query itself is content. */
  readonly queryDigest: string | null;
  readonly reason: string;
  readonly outcome: 'ANSWERED' | 'DENIED';
  readonly traceId: string;
}

/** The audit entry of one answer (Directive (EU) 2016/680, article 25: who, when, what, why). */
export function describeDisclosure(disclosed: Disclosed): AuditEntry {
  const { subject, attachment } = disclosed;
  return {
    auditId: disclosed.auditId,
    at: disclosed.atMs,
    service: 'archive',
    subjectKind: subject.kind,
    subject: subject.id,
    correspondent: subject.correspondent,
    roles: [...new Set(subject.grants.map((grant) => grant.role))].sort(),
    action: disclosed.action,
    resourceKind: attachment === undefined ? 'message' : 'attachment',
    resourceIds: [...disclosed.messageIds, ...(attachment === undefined ? [] : [attachment])],
    queryDigest: disclosed.queryDigest,
    reason: disclosed.reason,
    outcome: disclosed.outcome,
    resultCount: disclosed.outcome === 'ANSWERED' ? disclosed.messageIds.length : null,
    directoryRelease: subject.directoryRelease,
    traceId: disclosed.traceId,
  };
}
