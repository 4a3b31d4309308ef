import type {
  Channel,
  Correspondent,
  Coverage,
  DirectoryRecord,
  Grant,
  Person,
  Rule,
  System,
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
}

/** The key of a release's manifest; entries have `<kind>/<identifier>`. */
export const manifestKey = 'manifest';

const nothing = {
  correspondent: null,
  person: null,
  grant: null,
  system: null,
  rule: null,
  coverage: null,
  channel: null,
  manifest: null,
};

/** The entries as records of a release, sorted by key: two equal sets yield the same records. */
export function entryRecords(entries: DirectoryEntries, release: number): readonly DirectoryRecord[] {
  const record = (
    key: string,
    set: Partial<DirectoryRecord> & Pick<DirectoryRecord, 'kind'>,
  ): DirectoryRecord => ({
    release,
    key,
    ...nothing,
    ...set,
  });
  return [
    ...entries.correspondents.map((each) =>
      record(`correspondent/${each.code}`, { kind: 'CORRESPONDENT', correspondent: each }),
    ),
    ...entries.coverage.map((each) =>
      record(`coverage/${each.correspondent}`, { kind: 'COVERAGE', coverage: each }),
    ),
    ...entries.persons.map((each) => record(`person/${each.personId}`, { kind: 'PERSON', person: each })),
    ...entries.systems.map((each) => record(`system/${each.systemId}`, { kind: 'SYSTEM', system: each })),
    ...entries.grants.map((each) => record(`grant/${each.grantId}`, { kind: 'GRANT', grant: each })),
    ...entries.rules.map((each) => record(`rule/${each.ruleId}`, { kind: 'RULE', rule: each })),
    ...entries.channels.map((each) => record(`channel/${each.code}`, { kind: 'CHANNEL', channel: each })),
  ].sort((a, b) => compareKeys(a.key, b.key));
}

/** Order by UTF-16 code units, the same on every machine. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
