import {
  type DirectoryEntries,
  diffReleases,
  type EntryChange,
  type EntryDifference,
  listChanges,
  readEntries,
} from '@chappe/directory';
import type { Pool } from '@chappe/postgres';
import type { Proposal } from '../domain/proposal.ts';
import type { DifferenceSummary } from '../domain/summarise-differences.ts';
import { findProposal, readContent, readSummary } from './postgres-proposals.ts';
import type { ReleaseStore } from './postgres-releases.ts';

/** A proposal with what it changes; of one that was rejected or withdrawn only which entries and fields are known. */
export interface ReadProposal {
  readonly proposal: Proposal;
  readonly differences: readonly (EntryDifference | DifferenceSummary)[];
  /** The same as changes that can be proposed, or rehearsed; none once the content is forgotten. */
  readonly changes: readonly EntryChange[];
}

/** What reading needs. */
export interface ReadingPorts {
  readonly pool: Pool;
  readonly releases: Pick<ReleaseStore, 'entries'>;
  readonly issuer: string;
}

/** Reads a proposal and compares what it proposes with the release that it is based on. */
export async function readProposal(
  proposalId: string,
  { pool, releases, issuer }: ReadingPorts,
): Promise<ReadProposal | undefined> {
  const proposal = await findProposal(pool, proposalId);
  if (proposal === undefined) return undefined;
  const base = await releases.entries(proposal.baseRelease);
  const after = await contentOf(proposal);
  if (base === undefined || after === undefined) {
    return { proposal, differences: await readSummary(pool, proposalId), changes: [] };
  }
  const differences = diffReleases(base, after);
  return { proposal, differences, changes: listChanges(differences, after, issuer) };

  async function contentOf({ release }: Proposal): Promise<DirectoryEntries | undefined> {
    if (release !== null) return await releases.entries(release);
    const content = await readContent(pool, proposalId);
    return content === undefined ? undefined : readEntries(content, issuer);
  }
}
