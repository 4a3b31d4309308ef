import {
  buildRelease,
  type DirectoryEntries,
  type DirectoryProblem,
  validateEntries,
} from '@chappe/directory';
import type { DirectoryRecord, Manifest } from '@chappe/schemas';

/** Who answers for a release, and when it was approved. */
export interface Approval {
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly approvedAtMs: number;
  readonly demonstration: boolean;
}

/** What becomes of proposed entries: a new release, nothing because nothing changed, or a refusal. */
export type ReleasePlan =
  | { readonly status: 'new'; readonly manifest: Manifest; readonly records: readonly DirectoryRecord[] }
  | { readonly status: 'unchanged' }
  | { readonly status: 'refused'; readonly problems: readonly DirectoryProblem[] };

/**
 * Makes the release that follows the last one. Entries that the last one holds already make none: built
 * again under its own header, they have its digest.
 */
export function planRelease(
  last: Manifest | null,
  entries: DirectoryEntries,
  approval: Approval,
): ReleasePlan {
  const problems = validateEntries(entries);
  if (problems.length > 0) return { status: 'refused', problems };
  if (last !== null && isContentOf(last, entries)) return { status: 'unchanged' };
  const records = buildRelease(entries, {
    number: (last?.number ?? 0) + 1,
    previousSha256: last?.sha256 ?? null,
    proposedBy: approval.proposedBy,
    approvedBy: approval.approvedBy,
    publishedAtMs: approval.approvedAtMs,
    demonstration: approval.demonstration,
  });
  return { status: 'new', manifest: manifestOf(records), records };
}

/** The manifest of a built release: its last record. */
export function manifestOf(records: readonly DirectoryRecord[]): Manifest {
  const manifest = records.at(-1)?.manifest;
  if (!manifest) throw new Error('a release ends with its manifest');
  return manifest;
}

/** Whether a release holds exactly these entries. */
export function isContentOf(release: Manifest, entries: DirectoryEntries): boolean {
  const again = buildRelease(entries, {
    number: release.number,
    previousSha256: release.previousSha256,
    proposedBy: release.proposedBy,
    approvedBy: release.approvedBy,
    publishedAtMs: release.publishedAt,
    demonstration: release.demonstration,
  });
  return manifestOf(again).sha256 === release.sha256;
}
