import type {
  Channel,
  Correspondent,
  DirectoryRecord,
  Grant,
  Manifest,
  Person,
  ReleaseRule,
  Rule,
  System,
  Unit,
} from '@chappe/schemas';
import { type CountryShare, sharesByCountry } from './coverage-index.ts';
import { type DirectoryEntries, entriesOf } from './directory-entries.ts';
import { type DutyIndex, indexDuty } from './duty-index.ts';
import { buildRuleIndex, type RuleIndex } from './rule-index.ts';

/** One complete release of the directory, indexed for the questions that services ask of it. Immutable. */
export interface DirectorySnapshot {
  readonly release: number;
  readonly sha256: string;
  readonly demonstration: boolean;
  readonly publishedAtMs: number;
  readonly proposedBy: string;
  readonly approvedBy: string;
  /** The content as it was published, of which all below are indexes. */
  readonly entries: DirectoryEntries;
  readonly correspondents: ReadonlyMap<string, Correspondent>;
  /** Countries for which a post is PRIMARY whatever the theme, by correspondent. */
  readonly coverage: ReadonlyMap<string, readonly string[]>;
  /** Everything that posts cover, by country. */
  readonly sharesByCountry: ReadonlyMap<string, readonly CountryShare[]>;
  readonly persons: ReadonlyMap<string, Person>;
  readonly systems: ReadonlyMap<string, System>;
  readonly grants: readonly Grant[];
  readonly rules: readonly Rule[];
  readonly channels: ReadonlyMap<string, Channel>;
  readonly units: readonly Unit[];
  readonly duty: DutyIndex;
  readonly releaseRules: readonly ReleaseRule[];
  /** The correspondent that receives what matches no rule. */
  readonly dutyDesk: string;
  readonly ruleIndex: RuleIndex;
  /** Persons by issuer and subject, systems by issuer and client, as tokens name them. */
  readonly personByToken: ReadonlyMap<string, Person>;
  readonly systemByToken: ReadonlyMap<string, System>;
  readonly grantsByHolder: ReadonlyMap<string, readonly Grant[]>;
}

/** The key under which a holder is found from what a token says. */
export function tokenKey(issuer: string, name: string): string {
  return JSON.stringify([issuer, name]);
}

/** The key under which the grants of a holder are found. */
export function holderKey(kind: string, holder: string): string {
  return `${kind}/${holder}`;
}

/** Builds the snapshot of a complete release. Total: what validation refuses does not occur in a release. */
export function buildSnapshot(manifest: Manifest, records: readonly DirectoryRecord[]): DirectorySnapshot {
  return {
    release: manifest.number,
    sha256: manifest.sha256,
    demonstration: manifest.demonstration,
    publishedAtMs: manifest.publishedAt,
    proposedBy: manifest.proposedBy,
    approvedBy: manifest.approvedBy,
    ...indexEntries(entriesOf(records)),
  };
}

/** What a snapshot says of its content. */
export type IndexedEntries = Omit<
  DirectorySnapshot,
  'release' | 'sha256' | 'demonstration' | 'publishedAtMs' | 'proposedBy' | 'approvedBy'
>;

/** Indexes the content of a release, published or only proposed. */
export function indexEntries(entries: DirectoryEntries): IndexedEntries {
  const { correspondents, coverage, persons, systems, grants, rules } = entries;
  const byCode = new Map(correspondents.map((each) => [each.code, each]));
  const dutyDesk = correspondents.find((each) => each.dutyDesk)?.code ?? '';
  return {
    entries,
    correspondents: byCode,
    coverage: new Map(coverage.map((each) => [each.correspondent, each.countries])),
    sharesByCountry: sharesByCountry(coverage),
    persons: new Map(persons.map((each) => [each.personId, each])),
    systems: new Map(systems.map((each) => [each.systemId, each])),
    grants,
    rules,
    channels: new Map(entries.channels.map((each) => [each.code, each])),
    units: entries.units,
    duty: indexDuty(entries),
    releaseRules: entries.releaseRules,
    dutyDesk,
    // A suspended post stays: whoever decides finds by its coverage who stands in.
    ruleIndex: buildRuleIndex(rules, (code) => {
      const target = byCode.get(code);
      return target !== undefined && (target.type === 'POST' || !target.suspended);
    }),
    personByToken: new Map(persons.map((each) => [tokenKey(each.issuer, each.subject), each])),
    systemByToken: new Map(systems.map((each) => [tokenKey(each.issuer, each.clientId), each])),
    grantsByHolder: Map.groupBy(grants, (each) => holderKey(each.holderKind, each.holder)),
  };
}
