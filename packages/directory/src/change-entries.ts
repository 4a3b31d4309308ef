import { pointerStep } from './check-form.ts';
import { type DirectoryEntries, type EntryList, emptyLists, entryKeys } from './directory-entries.ts';
import type { DirectoryProblem, DirectoryProblemCode, Origin } from './directory-problem.ts';
import { type FilesJudgement, judgeLists } from './read-directory-files.ts';
import { readEntries } from './read-entries.ts';
import { boundProblems } from './validate-entries.ts';
import { writeEntry } from './write-entries.ts';

/**
 * One change of one entry, in the form of files: `entry` puts it whole, null removes it, `set` changes only the
 * fields that it names.
 */
export interface EntryChange {
  readonly list: EntryList;
  /** As in a release: `person/person-1`. */
  readonly key: string;
  readonly entry?: object | null;
  readonly set?: object;
}

/** The name under which problems say that their place is in the release that is changed, not in a change. */
export const releaseFile = 'release';
/** The name under which problems say that their place is in the list of changes. */
export const changesFile = 'changes';

interface Placed {
  readonly entry: object;
  readonly origin: Origin;
}

/**
 * Changes the entries of a release and judges the result as a whole. A problem has its place in the change that
 * causes it (`changes`, as `/3/entry/action/0`), or in the entry that does not fit any more (`release`).
 */
export function changeEntries(
  base: DirectoryEntries,
  changes: readonly EntryChange[],
  issuer: string,
): FilesJudgement {
  const lists = emptyLists<object>();
  const origins = emptyLists<Origin>();
  const problems: DirectoryProblem[] = [];
  const byList = Map.groupBy(
    changes.map((change, at) => ({ change, at })),
    ({ change }) => change.list,
  );
  for (const list of Object.keys(lists) as EntryList[]) {
    const placed = placeBase(list, base, issuer);
    for (const { change, at } of byList.get(list) ?? []) {
      const problem = applyChange(placed, change, `/${at}`, issuer);
      if (problem !== null) problems.push(problem);
    }
    for (const { entry, origin } of placed.values()) {
      lists[list].push(entry);
      origins[list].push(origin);
    }
  }
  const repeated = findRepeated(changes);
  const found = [...problems, ...repeated];
  if (found.length > 0) return { status: 'refused', problems: boundProblems(found) };
  return judgeLists(lists, origins, issuer);
}

function placeBase<L extends EntryList>(
  list: L,
  base: DirectoryEntries,
  issuer: string,
): Map<string, Placed> {
  const entries: readonly DirectoryEntries[L][number][] = base[list];
  return new Map(
    entries.map((entry) => {
      const key = entryKeys[list](entry);
      // The place of an entry that nobody touches is its key: lists of a release have no order to count in.
      const origin = { file: releaseFile, pointer: pointerStep(key) };
      return [key, { entry: writeEntry(list, entry, issuer), origin }];
    }),
  );
}

function applyChange(
  placed: Map<string, Placed>,
  { list, key, entry, set }: EntryChange,
  place: string,
  issuer: string,
): DirectoryProblem | null {
  const problem = (code: DirectoryProblemCode, path: string, detail: string): DirectoryProblem => ({
    code,
    key,
    file: changesFile,
    pointer: place + path,
    detail,
  });
  if ((entry === undefined) === (set === undefined)) {
    return problem('malformed-field', '', 'Give exactly one of entry and set.');
  }
  const before = placed.get(key);
  if (before === undefined && (set !== undefined || entry === null)) {
    return problem('unknown-entry', '/key', 'The release in force has no such entry: correct its key.');
  }
  if (entry === null) {
    placed.delete(key);
    return null;
  }
  const origin = { file: changesFile, pointer: `${place}/${set === undefined ? 'entry' : 'set'}` };
  const after = { ...before?.entry, ...set, ...entry };
  const result = set === undefined ? (entry ?? {}) : after;
  const own = keyOf(list, result, issuer);
  if (own !== key) {
    return problem(
      'other-key',
      '/key',
      `The entry itself has the key ${JSON.stringify(own)}: make them agree.`,
    );
  }
  placed.set(key, { entry: result, origin });
  return null;
}

function keyOf<L extends EntryList>(list: L, entry: object, issuer: string): string {
  const read = readEntries({ ...emptyLists<object>(), [list]: [entry] }, issuer);
  const entries: readonly DirectoryEntries[L][number][] = read[list];
  const [only] = entries;
  return only === undefined ? '' : entryKeys[list](only);
}

function findRepeated(changes: readonly EntryChange[]): readonly DirectoryProblem[] {
  const firstAt = new Map<string, number>();
  return changes.flatMap(({ key }, at): DirectoryProblem[] => {
    const first = firstAt.get(key);
    if (first === undefined) {
      firstAt.set(key, at);
      return [];
    }
    const detail = `Change ${first} is about the same entry: join the two.`;
    return [{ code: 'duplicate', key, file: changesFile, pointer: `/${at}/key`, detail }];
  });
}
