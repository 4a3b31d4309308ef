import type { AuditEntry, Manifest } from '@chappe/schemas';
import type { Administrator } from './judge-first-release.ts';

/** The installation that an audit entry speaks of. Times and ids come in as data. */
export interface InstallationAct {
  readonly auditIds: readonly [proposer: string, approver: string];
  readonly manifest: Manifest;
  readonly proposer: Administrator;
  readonly approver: Administrator;
  /** The account of the machine that ran the installer. */
  readonly ranBy: string;
  readonly reason: string;
  readonly traceId: string;
}

const longestId = 120;

/**
 * An entry for each of the two persons who answer for the first release. Neither was signed in, which the action
 * says; who ran the installer stands among the ids.
 */
export function describeInstallation(act: InstallationAct): readonly AuditEntry[] {
  const { manifest, proposer, approver } = act;
  const resourceIds = [
    `release/${manifest.number}`,
    `proposed-by/${manifest.proposedBy}`,
    `approved-by/${manifest.approvedBy}`,
    `ran-by/${act.ranBy}`,
  ].map((id) => id.slice(0, longestId));
  return [proposer, approver].map(({ person, correspondent }, index) => ({
    auditId: act.auditIds[index] ?? '',
    at: manifest.publishedAt,
    service: 'directory',
    subjectKind: 'PERSON',
    subject: person.personId,
    correspondent,
    roles: ['directory-admin'],
    action: 'directory.install',
    resourceKind: 'directory-release',
    resourceIds,
    queryDigest: manifest.sha256,
    reason: act.reason,
    outcome: 'ANSWERED',
    resultCount: null,
    directoryRelease: manifest.number,
    traceId: act.traceId,
  }));
}
