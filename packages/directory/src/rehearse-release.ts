import { changeEntries, type EntryChange } from './change-entries.ts';
import type { DirectoryProblem } from './directory-problem.ts';
import { type DirectorySnapshot, indexEntries } from './snapshot.ts';

/** The directory as it would be with some changes, or why it could not be. */
export type RehearsedRelease =
  | { readonly status: 'sound'; readonly snapshot: DirectorySnapshot }
  | { readonly status: 'refused'; readonly problems: readonly DirectoryProblem[] };

/** The release in force with changes that nobody has approved, for asking what would follow from them. */
export function rehearseRelease(
  snapshot: DirectorySnapshot,
  changes: readonly EntryChange[],
  issuer: string,
): RehearsedRelease {
  const judged = changeEntries(snapshot.entries, changes, issuer);
  if (judged.status === 'refused') return judged;
  return { status: 'sound', snapshot: { ...snapshot, ...indexEntries(judged.entries) } };
}
