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
  if (last !== null && digestUnder(last, entries) === last.sha256) return { status: 'unchanged' };
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

function digestUnder(last: Manifest, entries: DirectoryEntries): string {
  const again = buildRelease(entries, {
    number: last.number,
    previousSha256: last.previousSha256,
    proposedBy: last.proposedBy,
    approvedBy: last.approvedBy,
    publishedAtMs: last.publishedAt,
    demonstration: last.demonstration,
  });
  return manifestOf(again).sha256;
}
