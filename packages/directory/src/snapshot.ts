import type {
  Channel,
  Correspondent,
  DirectoryRecord,
  Grant,
  Manifest,
  Person,
  Rule,
  System,
} from '@chappe/schemas';
import { buildRuleIndex, type RuleIndex } from './rule-index.ts';

/** One complete release of the directory, indexed for the questions that services ask of it. Immutable. */
export interface DirectorySnapshot {
  readonly release: number;
  readonly sha256: string;
  readonly demonstration: boolean;
  readonly publishedAtMs: number;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly correspondents: ReadonlyMap<string, Correspondent>;
  /** Countries covered, by correspondent. */
  readonly coverage: ReadonlyMap<string, readonly string[]>;
  readonly persons: ReadonlyMap<string, Person>;
  readonly systems: ReadonlyMap<string, System>;
  readonly grants: readonly Grant[];
  readonly rules: readonly Rule[];
  readonly channels: ReadonlyMap<string, Channel>;
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
  const correspondents = records.flatMap((each) => each.correspondent ?? []);
  const persons = records.flatMap((each) => each.person ?? []);
  const systems = records.flatMap((each) => each.system ?? []);
  const grants = records.flatMap((each) => each.grant ?? []);
  const rules = records.flatMap((each) => each.rule ?? []);
  const byCode = new Map(correspondents.map((each) => [each.code, each]));
  const dutyDesk = correspondents.find((each) => each.dutyDesk)?.code ?? '';
  return {
    release: manifest.number,
    sha256: manifest.sha256,
    demonstration: manifest.demonstration,
    publishedAtMs: manifest.publishedAt,
    proposedBy: manifest.proposedBy,
    approvedBy: manifest.approvedBy,
    correspondents: byCode,
    coverage: new Map(
      records.flatMap((each) => each.coverage ?? []).map((each) => [each.correspondent, each.countries]),
    ),
    persons: new Map(persons.map((each) => [each.personId, each])),
    systems: new Map(systems.map((each) => [each.systemId, each])),
    grants,
    rules,
    channels: new Map(records.flatMap((each) => each.channel ?? []).map((each) => [each.code, each])),
    dutyDesk,
    ruleIndex: buildRuleIndex(rules, (code) => {
      const target = byCode.get(code);
      return target !== undefined && !target.suspended;
    }),
    personByToken: new Map(persons.map((each) => [tokenKey(each.issuer, each.subject), each])),
    systemByToken: new Map(systems.map((each) => [tokenKey(each.issuer, each.clientId), each])),
    grantsByHolder: Map.groupBy(grants, (each) => holderKey(each.holderKind, each.holder)),
  };
}
