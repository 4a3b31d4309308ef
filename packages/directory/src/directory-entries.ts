import type {
  Absence,
  Channel,
  Correspondent,
  Coverage,
  DirectoryKind,
  DirectoryRecord,
  DutyShift,
  Grant,
  Person,
  Position,
  ReleaseRule,
  Rule,
  System,
  Unit,
} from '@chappe/schemas';

/** The content of a release before it is numbered. */
export interface DirectoryEntries {
  readonly correspondents: readonly Correspondent[];
  readonly coverage: readonly Coverage[];
  readonly persons: readonly Person[];
  readonly systems: readonly System[];
  readonly grants: readonly Grant[];
  readonly rules: readonly Rule[];
  readonly channels: readonly Channel[];
  readonly units: readonly Unit[];
  readonly positions: readonly Position[];
  readonly shifts: readonly DutyShift[];
  readonly absences: readonly Absence[];
  readonly releaseRules: readonly ReleaseRule[];
}

/** The name of one list of a release, as files and entries have it. */
export type EntryList = keyof DirectoryEntries;

/** Every list, with nothing in it yet. */
export function emptyLists<T>(): { [L in EntryList]: T[] } {
  return {
    correspondents: [],
    coverage: [],
    persons: [],
    systems: [],
    grants: [],
    rules: [],
    channels: [],
    units: [],
    positions: [],
    shifts: [],
    absences: [],
    releaseRules: [],
  };
}

/** The key of a release's manifest; entries have `<kind>/<identifier>`. */
export const manifestKey = 'manifest';

/** A record of a release with nothing set. */
export function blankRecord(release: number, key: string, kind: DirectoryKind): DirectoryRecord {
  return {
    release,
    key,
    kind,
    correspondent: null,
    person: null,
    grant: null,
    system: null,
    rule: null,
    coverage: null,
    channel: null,
    manifest: null,
    unit: null,
    position: null,
    shift: null,
    absence: null,
    releaseRule: null,
  };
}

/** How the key of an entry is made, by list. */
export const entryKeys: { readonly [L in EntryList]: (entry: DirectoryEntries[L][number]) => string } = {
  correspondents: (each) => `correspondent/${each.code}`,
  coverage: (each) => `coverage/${each.correspondent}`,
  persons: (each) => `person/${each.personId}`,
  systems: (each) => `system/${each.systemId}`,
  grants: (each) => `grant/${each.grantId}`,
  rules: (each) => `rule/${each.ruleId}`,
  channels: (each) => `channel/${each.code}`,
  units: (each) => `unit/${each.correspondent}/${each.code}`,
  positions: (each) => `position/${each.correspondent}/${each.code}`,
  shifts: (each) => `shift/${each.shiftId}`,
  absences: (each) => `absence/${each.absenceId}`,
  releaseRules: (each) => `release-rule/${each.releaseRuleId}`,
};

/** The entries as records of a release, sorted by key: two equal sets yield the same records. */
export function entryRecords(entries: DirectoryEntries, release: number): readonly DirectoryRecord[] {
  function recordsOf<L extends EntryList>(
    list: L,
    kind: DirectoryKind,
    content: (entry: DirectoryEntries[L][number]) => Partial<DirectoryRecord>,
  ): DirectoryRecord[] {
    const listed: readonly DirectoryEntries[L][number][] = entries[list];
    return listed.map((each) => ({
      ...blankRecord(release, entryKeys[list](each), kind),
      ...content(each),
    }));
  }
  return [
    ...recordsOf('correspondents', 'CORRESPONDENT', (correspondent) => ({ correspondent })),
    ...recordsOf('coverage', 'COVERAGE', (coverage) => ({ coverage })),
    ...recordsOf('persons', 'PERSON', (person) => ({ person })),
    ...recordsOf('systems', 'SYSTEM', (system) => ({ system })),
    ...recordsOf('grants', 'GRANT', (grant) => ({ grant })),
    ...recordsOf('rules', 'RULE', (rule) => ({ rule })),
    ...recordsOf('channels', 'CHANNEL', (channel) => ({ channel })),
    ...recordsOf('units', 'UNIT', (unit) => ({ unit })),
    ...recordsOf('positions', 'POSITION', (position) => ({ position })),
    ...recordsOf('shifts', 'SHIFT', (shift) => ({ shift })),
    ...recordsOf('absences', 'ABSENCE', (absence) => ({ absence })),
    ...recordsOf('releaseRules', 'RELEASE_RULE', (releaseRule) => ({ releaseRule })),
  ].sort((a, b) => compareKeys(a.key, b.key));
}

/** The entries that records hold, in the order of the records: the inverse of `entryRecords`. */
export function entriesOf(records: readonly DirectoryRecord[]): DirectoryEntries {
  return {
    correspondents: records.flatMap((each) => each.correspondent ?? []),
    coverage: records.flatMap((each) => each.coverage ?? []),
    persons: records.flatMap((each) => each.person ?? []),
    systems: records.flatMap((each) => each.system ?? []),
    grants: records.flatMap((each) => each.grant ?? []),
    rules: records.flatMap((each) => each.rule ?? []),
    channels: records.flatMap((each) => each.channel ?? []),
    units: records.flatMap((each) => each.unit ?? []),
    positions: records.flatMap((each) => each.position ?? []),
    shifts: records.flatMap((each) => each.shift ?? []),
    absences: records.flatMap((each) => each.absence ?? []),
    releaseRules: records.flatMap((each) => each.releaseRule ?? []),
  };
}

/** Order by UTF-16 code units, the same on every machine. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
