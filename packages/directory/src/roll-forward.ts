import type { DirectoryRecord, Manifest } from '@chappe/schemas';
import { entriesOf } from './directory-entries.ts';
import { buildRelease, digestOfForms, formsOf, type ReleaseHeader } from './release.ts';

/** Who answers for going back, and when. */
export type RollForwardHeader = Pick<ReleaseHeader, 'proposedBy' | 'approvedBy' | 'publishedAtMs'>;

/** A new release with an older content, or why there is none. */
export type RollForward =
  | { readonly status: 'new'; readonly records: readonly DirectoryRecord[] }
  | { readonly status: 'refused'; readonly reason: 'not-older' | 'altered' | 'one-person' };

/**
 * Goes back to the content of an older release by going forward: replicas refuse to return to a number that
 * has passed, so the content gets the next one and is chained to the last. The older release is proven by its
 * own manifest first, since it comes from a store.
 */
export function rollForward(
  last: Manifest,
  older: { readonly manifest: Manifest; readonly records: readonly DirectoryRecord[] },
  header: RollForwardHeader,
): RollForward {
  const { manifest, records } = older;
  if (manifest.number >= last.number) return { status: 'refused', reason: 'not-older' };
  if (header.proposedBy === header.approvedBy) return { status: 'refused', reason: 'one-person' };
  const entries = records.filter((each) => each.manifest === null);
  if (entries.length !== manifest.count || digestOfForms(manifest, formsOf(entries)) !== manifest.sha256) {
    return { status: 'refused', reason: 'altered' };
  }
  return {
    status: 'new',
    records: buildRelease(entriesOf(entries), {
      ...header,
      number: last.number + 1,
      previousSha256: last.sha256,
      demonstration: manifest.demonstration,
    }),
  };
}
