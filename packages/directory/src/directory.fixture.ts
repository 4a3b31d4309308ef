import type {
  Correspondent,
  CoverageShare,
  DutyShift,
  Grant,
  Person,
  Position,
  ReleaseRule,
  Rule,
  RuleConditions,
  RuleExample,
} from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { buildRelease, type ReleaseHeader } from './release.ts';
import { applyDirectoryRecord, currentSnapshot, emptyReplica, type ReplicaState } from './replica.ts';
import type { RoutingFacts } from './routing-facts.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/** Small invented directories for tests. */
export const noConditions: RuleConditions = {
  countries: [],
  crimeAreas: [],
  kinds: [],
  urgencies: [],
  activities: [],
  senders: [],
  partners: [],
  classifications: [],
  keywords: [],
  entityTypes: [],
};

export function aCorrespondent(overrides: Partial<Correspondent> = {}): Correspondent {
  return {
    code: 'post:DJ',
    type: 'POST',
    shortCode: 'DJ',
    nameFr: '',
    nameEn: '',
    country: null,
    city: null,
    ceiling: 'RESTRICTED',
    themes: [],
    dutyDesk: false,
    suspended: false,
    ...overrides,
  };
}

export function aGrant(overrides: Partial<Grant> = {}): Grant {
  return {
    grantId: 'grant-1',
    holderKind: 'PERSON',
    holder: 'person-1',
    correspondent: 'post:DJ',
    role: 'officer',
    position: 'attaché',
    clearance: 'RESTRICTED',
    crimeAreas: [],
    mayExercise: false,
    validFrom: 0,
    validUntil: null,
    ...overrides,
  };
}

export function anExample(overrides: Partial<RuleExample> = {}): RuleExample {
  return {
    name: 'an example',
    matches: true,
    countries: [],
    crimeAreas: [],
    kind: 'UNKNOWN',
    urgency: 'UNKNOWN',
    activity: 'UNKNOWN',
    sender: '',
    partner: null,
    classification: 'UNKNOWN',
    keywords: [],
    entityTypes: [],
    ...overrides,
  };
}

export function aRule(
  overrides: Partial<Omit<Rule, 'match' | 'unless'>> & {
    match?: Partial<RuleConditions>;
    unless?: Partial<RuleConditions>;
  } = {},
): Rule {
  return {
    ruleId: 'rule-1',
    priority: 100,
    validFrom: 0,
    validUntil: null,
    author: 'person-1',
    reason: 'for tests',
    action: ['desk:cyber'],
    information: [],
    examples: [anExample({ crimeAreas: ['COMPUTER_CRIME'] })],
    ...overrides,
    match: { ...noConditions, ...(overrides.match ?? { crimeAreas: ['COMPUTER_CRIME'] }) },
    unless: { ...noConditions, ...overrides.unless },
  };
}

export function aPerson(overrides: Partial<Person> = {}): Person {
  return {
    personId: 'person-1',
    issuer: 'https://issuer.test',
    subject: overrides.personId ?? 'someone',
    displayName: 'Someone (invented)',
    language: 'fr',
    suspended: false,
    ...overrides,
  };
}

export function aShare(overrides: Partial<CoverageShare> = {}): CoverageShare {
  return { countries: ['DJ'], crimeAreas: [], rank: 'PRIMARY', validFrom: 0, validUntil: null, ...overrides };
}

export function aPosition(overrides: Partial<Position> = {}): Position {
  const { code = 'attaché' } = overrides;
  return {
    correspondent: 'post:DJ',
    code,
    unit: null,
    nameFr: code,
    nameEn: code,
    backup: null,
    ...overrides,
  };
}

export function aShift(overrides: Partial<DutyShift> = {}): DutyShift {
  return {
    shiftId: 'shift-1',
    correspondent: 'post:DJ',
    position: 'attaché',
    status: 'ACTUAL',
    days: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'],
    startsAt: '00:00',
    endsAt: '00:00',
    timeZone: 'Europe/Paris',
    validFrom: 0,
    validUntil: null,
    ...overrides,
  };
}

export function aReleaseRule(overrides: Partial<ReleaseRule> = {}): ReleaseRule {
  return {
    releaseRuleId: 'release-rule-1',
    kinds: [],
    urgencies: [],
    activities: [],
    destinationTypes: [],
    destinations: [],
    roles: ['releaser'],
    author: 'person-1',
    reason: 'for tests',
    validFrom: 0,
    validUntil: null,
    ...overrides,
  };
}

export function someEntries(overrides: Partial<DirectoryEntries> = {}): DirectoryEntries {
  return {
    correspondents: [
      aCorrespondent(),
      aCorrespondent({ code: 'desk:cyber', type: 'DESK', shortCode: 'CY', ceiling: 'SECRET' }),
      aCorrespondent({ code: 'desk:duty', type: 'DESK', shortCode: 'DU', ceiling: 'SECRET', dutyDesk: true }),
    ],
    coverage: [{ correspondent: 'post:DJ', countries: ['DJ'], shares: [] }],
    persons: [aPerson()],
    systems: [{ systemId: 'system-1', issuer: 'https://issuer.test', clientId: 'machine', suspended: false }],
    grants: [
      aGrant(),
      aGrant({ grantId: 'grant-2', holderKind: 'SYSTEM', holder: 'system-1', position: 'system' }),
    ],
    rules: [aRule()],
    channels: [],
    units: [],
    positions: [],
    shifts: [],
    absences: [],
    releaseRules: [],
    ...overrides,
  };
}

export function aHeader(overrides: Partial<ReleaseHeader> = {}): ReleaseHeader {
  return {
    number: 1,
    previousSha256: null,
    proposedBy: 'person-1',
    approvedBy: 'person-2',
    publishedAtMs: 1_000,
    demonstration: true,
    ...overrides,
  };
}

/** A replica that has applied these entries as release 1. */
export function replicaOf(entries: DirectoryEntries): ReplicaState {
  let state = emptyReplica();
  for (const record of buildRelease(entries, aHeader())) state = applyDirectoryRecord(state, record).state;
  return state;
}

export function snapshotOf(entries: DirectoryEntries): DirectorySnapshot {
  const snapshot = currentSnapshot(replicaOf(entries));
  if (snapshot === undefined) throw new Error('the release is not complete');
  return snapshot;
}

export function someFacts(overrides: Partial<RoutingFacts> = {}): RoutingFacts {
  return {
    countries: [],
    crimeAreas: [],
    kind: 'LEAD',
    urgency: 'ROUTINE',
    activity: 'OPERATIONAL',
    sender: 'post:DJ',
    partner: null,
    classification: 'RESTRICTED',
    keywords: [],
    entityTypes: [],
    ...overrides,
  };
}
