import { type DirectoryEntries, type EntryList, entryKeys } from './directory-entries.ts';

/** What can be wrong with a proposed release. */
export type DirectoryProblemCode =
  | 'not-a-directory-file'
  | 'too-many-entries'
  | 'unknown-entry'
  | 'other-key'
  | 'too-many-problems'
  | 'unknown-field'
  | 'missing-field'
  | 'malformed-field'
  | 'unreadable-time'
  | 'out-of-bounds'
  | 'unsafe-text'
  | 'duplicate'
  | 'duplicate-short-code'
  | 'duplicate-token-identity'
  | 'malformed-code'
  | 'unknown-correspondent'
  | 'unknown-holder'
  | 'unknown-country'
  | 'unknown-role'
  | 'unknown-symbol'
  | 'unknown-unit'
  | 'unknown-position'
  | 'unknown-time-zone'
  | 'no-duty-desk'
  | 'several-duty-desks'
  | 'duty-desk-unusable'
  | 'partner-ceiling'
  | 'clearance-above-ceiling'
  | 'role-not-for-holder'
  | 'forbidden-combination'
  | 'person-without-grant'
  | 'empty-validity'
  | 'coverage-gap'
  | 'coverage-overlap'
  | 'coverage-of-nothing'
  | 'backup-cycle'
  | 'shift-never-runs'
  | 'shift-without-holder'
  | 'rota-gap'
  | 'rule-without-condition'
  | 'rule-without-recipient'
  | 'rule-never-matches'
  | 'rule-never-delivers'
  | 'rule-contradicts'
  | 'rule-repeats'
  | 'rule-without-reason'
  | 'rule-without-example'
  | 'example-fails'
  | 'release-rule-without-role'
  | 'release-rule-contradicts'
  | 'conflicting-deadlines';

/** One problem: where it is, and in words what is wrong and how to mend it. */
export interface DirectoryProblem {
  readonly code: DirectoryProblemCode;
  /** Of the entry, as in a release; the name of a list when no single entry is at fault. */
  readonly key: string;
  /** The file that holds the entry. */
  readonly file: string;
  /** The place in that file, as a JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly detail: string;
}

/** A problem as validation finds it: by list and index, before files are considered. */
export interface Finding {
  readonly code: DirectoryProblemCode;
  readonly list: EntryList;
  /** Null when no single entry is at fault. */
  readonly index: number | null;
  /** Within the entry, as a JSON pointer. */
  readonly path: string;
  readonly detail: string;
}

/** Where an entry was read. */
export interface Origin {
  readonly file: string;
  readonly pointer: string;
}

/** Where each entry of each list was read. */
export type Origins = { readonly [L in EntryList]: readonly Origin[] };

/** Gives a finding its place; entries that came from no file have one named after their list. */
export function placeFinding(
  finding: Finding,
  entries: DirectoryEntries,
  origins?: Origins,
): DirectoryProblem {
  const { list, index, path, code, detail } = finding;
  const origin = index === null ? undefined : origins?.[list][index];
  const own = index === null ? `/${list}` : `/${list}/${index}`;
  return {
    code,
    key: index === null ? list : keyAt(entries, list, index),
    file: origin?.file ?? origins?.[list][0]?.file ?? `${list}.json`,
    pointer: `${origin?.pointer ?? own}${path}`,
    detail,
  };
}

/** A finding for each entry that repeats what an earlier one says. */
export function findDuplicates(
  list: EntryList,
  values: readonly string[],
  options: { readonly code: DirectoryProblemCode; readonly path: string; readonly what: string },
): readonly Finding[] {
  const firstAt = new Map<string, number>();
  return values.flatMap((value, index): Finding[] => {
    const first = firstAt.get(value);
    if (first === undefined) {
      firstAt.set(value, index);
      return [];
    }
    const detail = `${options.what} ${value} occurs more than once, first at /${list}/${first}: keep one of them.`;
    return [{ code: options.code, list, index, path: options.path, detail }];
  });
}

function keyAt<L extends EntryList>(entries: DirectoryEntries, list: L, index: number): string {
  const listed: readonly DirectoryEntries[L][number][] = entries[list];
  const entry = listed[index];
  return entry === undefined ? list : entryKeys[list](entry);
}
