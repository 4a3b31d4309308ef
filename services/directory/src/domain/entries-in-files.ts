import { type DirectoryFile, type EntryList, entryLists, type FileEntries } from '@chappe/directory';

/** An entry as a file has it, and where. */
export interface PlacedEntry {
  readonly list: EntryList;
  readonly entry: Readonly<Record<string, unknown>>;
  readonly file: string;
  /** RFC 6901 pointer into the file. */
  readonly pointer: string;
}

/** Every entry that files hold, whatever else is wrong with them. */
export function entriesInFiles(files: readonly DirectoryFile[]): readonly PlacedEntry[] {
  return files.flatMap(({ name, content }) =>
    !isFields(content)
      ? []
      : entryLists.flatMap((list) => {
          const listed = content[list];
          if (!Array.isArray(listed)) return [];
          return listed.flatMap((entry: unknown, index): PlacedEntry[] =>
            isFields(entry) ? [{ list, entry, file: name, pointer: `/${list}/${index}` }] : [],
          );
        }),
  );
}

/** The same by list, in the form in which files are read. */
export function listsOf(placed: readonly PlacedEntry[]): FileEntries {
  const of = (wanted: EntryList) => placed.filter(({ list }) => list === wanted).map(({ entry }) => entry);
  return {
    correspondents: of('correspondents'),
    coverage: of('coverage'),
    persons: of('persons'),
    systems: of('systems'),
    grants: of('grants'),
    rules: of('rules'),
    channels: of('channels'),
    units: of('units'),
    positions: of('positions'),
    shifts: of('shifts'),
    absences: of('absences'),
    releaseRules: of('releaseRules'),
  };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
