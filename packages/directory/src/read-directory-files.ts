import { checkForm, entryLists, pointerStep } from './check-form.ts';
import { type DirectoryEntries, type EntryList, emptyLists } from './directory-entries.ts';
import {
  type DirectoryProblem,
  type Finding,
  type Origin,
  type Origins,
  placeFinding,
} from './directory-problem.ts';
import { type FileEntries, readEntries } from './read-entries.ts';
import { boundProblems, mostEntriesPerList, validateEntries } from './validate-entries.ts';

/** A file of a directory: an object with a notice, and any of the lists of a release. */
export interface DirectoryFile {
  readonly name: string;
  readonly content: unknown;
}

/** Entries that may be published, or every reason why not. */
export type FilesJudgement =
  | { readonly status: 'sound'; readonly entries: DirectoryEntries }
  | { readonly status: 'refused'; readonly problems: readonly DirectoryProblem[] };

type Lists = { [L in EntryList]: object[] };
type Places = { [L in EntryList]: Origin[] };

/** Fields of a file beside its lists. */
const noticeField = 'notice';

/**
 * Reads a directory from its files, in whatever way they divide it, and judges it as a whole: the form of
 * each entry, then what entries say of one another. All or nothing.
 */
export function judgeDirectoryFiles(files: readonly DirectoryFile[], issuer: string): FilesJudgement {
  const lists = emptyLists<object>();
  const origins = emptyLists<Origin>();
  const unreadable = files.flatMap((file) => gather(file, lists, origins));
  if (unreadable.length > 0) return { status: 'refused', problems: boundProblems(unreadable) };
  return judgeLists(lists, origins, issuer);
}

/** Judges entries in their file form, of which the places are known. */
export function judgeLists(lists: FileEntries, origins: Origins, issuer: string): FilesJudgement {
  const entries = readEntries(lists, issuer);
  const malformed = entryLists.flatMap((list) =>
    lists[list].flatMap((entry, index) =>
      checkForm(list, entry, 'file').map((found): Finding => ({ ...found, list, index })),
    ),
  );
  const problems = withoutRepeats([
    ...malformed.map((finding) => placeFinding(finding, entries, origins)),
    ...validateEntries(entries, origins),
  ]);
  return problems.length === 0 ? { status: 'sound', entries } : { status: 'refused', problems };
}

/** Joins the lists of files that are known to be sound. */
export function joinFiles(files: readonly DirectoryFile[]): FileEntries {
  const lists = emptyLists<object>();
  const origins = emptyLists<Origin>();
  for (const file of files) gather(file, lists, origins);
  return lists;
}

function gather(
  { name, content }: DirectoryFile,
  lists: Lists,
  origins: Places,
): readonly DirectoryProblem[] {
  const problem = (
    pointer: string,
    code: DirectoryProblem['code'],
    detail: string,
  ): readonly DirectoryProblem[] => [{ code, key: name, file: name, pointer, detail }];
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return problem('', 'not-a-directory-file', `Write an object with any of ${entryLists.join(', ')}.`);
  }
  return Object.entries(content).flatMap(([field, value]: [string, unknown]) => {
    const pointer = pointerStep(field);
    if (field === noticeField && typeof value === 'string') return [];
    const list = entryLists.find((each) => each === field);
    if (list === undefined) {
      return problem(pointer, 'unknown-field', `A file has a notice, and any of ${entryLists.join(', ')}.`);
    }
    if (!Array.isArray(value)) return problem(pointer, 'malformed-field', 'Write a list here: [ … ].');
    if (lists[list].length + value.length > mostEntriesPerList) {
      const detail = `A directory has at most ${mostEntriesPerList} ${list}: remove some.`;
      return problem(pointer, 'too-many-entries', detail);
    }
    return value.flatMap((entry: unknown, index) => {
      const place = `${pointer}/${index}`;
      if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
        return problem(place, 'malformed-field', 'Write an object here: { … }.');
      }
      lists[list].push(entry);
      origins[list].push({ file: name, pointer: place });
      return [];
    });
  });
}

/** What the form of a file shows already need not be said again of what was read from it. */
function withoutRepeats(problems: readonly DirectoryProblem[]): readonly DirectoryProblem[] {
  const malformedAt = new Set<string>();
  return boundProblems(
    problems.filter(({ code, file, pointer }) => {
      const place = `${file}#${pointer}`;
      const formal = code !== 'too-many-problems' && malformedAt.has(place);
      malformedAt.add(place);
      return !formal;
    }),
  );
}
