import type { EntryChange } from './change-entries.ts';
import type { EntryDifference } from './diff-releases.ts';
import { type DirectoryEntries, type EntryList, entryKeys } from './directory-entries.ts';
import { writeEntry } from './write-entries.ts';

/** The changes that lead to what a later content holds, in the form of files, from what differs. */
export function listChanges(
  differences: readonly EntryDifference[],
  after: DirectoryEntries,
  issuer: string,
): readonly EntryChange[] {
  const byList = Map.groupBy(differences, ({ list }) => list);
  return [...byList].flatMap(([list, own]) => changesOf(list, own, after, issuer));
}

function changesOf<L extends EntryList>(
  list: L,
  differences: readonly EntryDifference[],
  after: DirectoryEntries,
  issuer: string,
): readonly EntryChange[] {
  const entries: readonly DirectoryEntries[L][number][] = after[list];
  const byKey = new Map(entries.map((entry) => [entryKeys[list](entry), entry]));
  return differences.map(({ key }) => {
    const entry = byKey.get(key);
    return { list, key, entry: entry === undefined ? null : writeEntry(list, entry, issuer) };
  });
}
