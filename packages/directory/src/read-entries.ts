import {
  type Absence,
  accessibilityCodes,
  activityCodes,
  type Channel,
  type Correspondent,
  type Coverage,
  classificationCodes,
  correspondentTypeCodes,
  coverageRankCodes,
  crimeAreaCodes,
  type DutyShift,
  entityTypeCodes,
  type Grant,
  kindCodes,
  type Person,
  type Position,
  type ReleaseRule,
  type Rule,
  type RuleConditions,
  type RuleExample,
  type System,
  statusCodes,
  subjectKindCodes,
  type Unit,
  urgencyCodes,
  weekdayCodes,
} from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';

/** Entries as a file holds them: what equals its default may be left out, times are ISO 8601. */
export type FileEntries = Readonly<Record<keyof DirectoryEntries, readonly object[]>>;

/** Stands for the issuer of tokens in files, since each installation has its own. */
export const issuerPlaceholder = '{issuer}';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads entries from their file form. It fills defaults and turns what it does not know into UNKNOWN, so
 * that `validateEntries`, which judges the result, reports every problem at once.
 */
export function readEntries(files: FileEntries, issuer: string): DirectoryEntries {
  return {
    correspondents: files.correspondents.map((each) => readCorrespondent({ ...each })),
    coverage: files.coverage.map((each) => readCoverage({ ...each })),
    persons: files.persons.map((each) => readPerson({ ...each }, issuer)),
    systems: files.systems.map((each) => readSystem({ ...each }, issuer)),
    grants: files.grants.map((each) => readGrant({ ...each })),
    rules: files.rules.map((each) => readRule({ ...each })),
    channels: files.channels.map((each) => readChannel({ ...each })),
    units: files.units.map((each) => readUnit({ ...each })),
    positions: files.positions.map((each) => readPosition({ ...each })),
    shifts: files.shifts.map((each) => readShift({ ...each })),
    absences: files.absences.map((each) => readAbsence({ ...each })),
    releaseRules: files.releaseRules.map((each) => readReleaseRule({ ...each })),
  };
}

function readCorrespondent(fields: Fields): Correspondent {
  return {
    code: text(fields.code),
    type: symbol(fields.type, correspondentTypeCodes),
    shortCode: text(fields.shortCode),
    nameFr: text(fields.nameFr),
    nameEn: text(fields.nameEn),
    country: textOrNull(fields.country),
    city: textOrNull(fields.city),
    ceiling: symbol(fields.ceiling, classificationCodes),
    themes: symbols(fields.themes, crimeAreaCodes),
    dutyDesk: fields.dutyDesk === true,
    suspended: fields.suspended === true,
  };
}

function readCoverage(fields: Fields): Coverage {
  return {
    correspondent: text(fields.correspondent),
    countries: texts(fields.countries),
    shares: list(fields.shares)
      .map(fieldsOf)
      .map((each) => ({
        countries: texts(each.countries),
        crimeAreas: symbols(each.crimeAreas, crimeAreaCodes),
        rank: symbol(each.rank, coverageRankCodes),
        validFrom: time(each.validFrom),
        validUntil: timeOrNull(each.validUntil),
      })),
  };
}

function readPerson(fields: Fields, issuer: string): Person {
  return {
    personId: text(fields.personId),
    issuer: text(fields.issuer).replace(issuerPlaceholder, issuer),
    subject: text(fields.subject),
    displayName: text(fields.displayName),
    language: text(fields.language) || 'fr',
    suspended: fields.suspended === true,
  };
}

function readSystem(fields: Fields, issuer: string): System {
  return {
    systemId: text(fields.systemId),
    issuer: text(fields.issuer).replace(issuerPlaceholder, issuer),
    clientId: text(fields.clientId),
    suspended: fields.suspended === true,
  };
}

function readGrant(fields: Fields): Grant {
  return {
    grantId: text(fields.grantId),
    holderKind: symbol(fields.holderKind, subjectKindCodes),
    holder: text(fields.holder),
    correspondent: text(fields.correspondent),
    role: text(fields.role),
    position: text(fields.position),
    clearance: symbol(fields.clearance, classificationCodes),
    crimeAreas: symbols(fields.crimeAreas, crimeAreaCodes),
    mayExercise: fields.mayExercise === true,
    validFrom: time(fields.validFrom),
    validUntil: timeOrNull(fields.validUntil),
  };
}

function readRule(fields: Fields): Rule {
  return {
    ruleId: text(fields.ruleId),
    priority: typeof fields.priority === 'number' ? fields.priority : 100,
    validFrom: time(fields.validFrom),
    validUntil: timeOrNull(fields.validUntil),
    author: text(fields.author),
    reason: text(fields.reason),
    match: readConditions(fieldsOf(fields.match)),
    unless: readConditions(fieldsOf(fields.unless)),
    action: texts(fields.action),
    information: texts(fields.information),
    examples: list(fields.examples).map((each) => readExample(fieldsOf(each))),
  };
}

function readConditions(fields: Fields): RuleConditions {
  return {
    countries: texts(fields.countries),
    crimeAreas: symbols(fields.crimeAreas, crimeAreaCodes),
    kinds: symbols(fields.kinds, kindCodes),
    urgencies: symbols(fields.urgencies, urgencyCodes),
    activities: symbols(fields.activities, activityCodes),
    senders: texts(fields.senders),
    partners: texts(fields.partners),
    classifications: symbols(fields.classifications, classificationCodes),
    keywords: texts(fields.keywords),
    entityTypes: symbols(fields.entityTypes, entityTypeCodes),
  };
}

function readExample(fields: Fields): RuleExample {
  return {
    name: text(fields.name),
    matches: fields.matches !== false,
    countries: texts(fields.countries),
    crimeAreas: symbols(fields.crimeAreas, crimeAreaCodes),
    kind: symbol(fields.kind, kindCodes),
    urgency: symbol(fields.urgency, urgencyCodes),
    activity: symbol(fields.activity, activityCodes),
    sender: text(fields.sender),
    partner: textOrNull(fields.partner),
    classification: symbol(fields.classification, classificationCodes),
    keywords: texts(fields.keywords),
    entityTypes: symbols(fields.entityTypes, entityTypeCodes),
  };
}

function readChannel(fields: Fields): Channel {
  return {
    code: text(fields.code),
    nameFr: text(fields.nameFr),
    nameEn: text(fields.nameEn),
    deadlines: list(fields.deadlines)
      .map(fieldsOf)
      .map((each) => ({
        urgency: symbol(each.urgency, urgencyCodes),
        accessibility:
          each.accessibility === undefined ? null : symbol(each.accessibility, accessibilityCodes),
        minutes: typeof each.minutes === 'number' ? each.minutes : 0,
      })),
  };
}

function readUnit(fields: Fields): Unit {
  return {
    correspondent: text(fields.correspondent),
    code: text(fields.code),
    nameFr: text(fields.nameFr),
    nameEn: text(fields.nameEn),
  };
}

function readPosition(fields: Fields): Position {
  return {
    correspondent: text(fields.correspondent),
    code: text(fields.code),
    unit: textOrNull(fields.unit),
    nameFr: text(fields.nameFr),
    nameEn: text(fields.nameEn),
    backup: textOrNull(fields.backup),
  };
}

function readShift(fields: Fields): DutyShift {
  return {
    shiftId: text(fields.shiftId),
    correspondent: text(fields.correspondent),
    position: text(fields.position),
    status: symbol(fields.status, statusCodes),
    days: symbols(fields.days, weekdayCodes),
    startsAt: text(fields.startsAt),
    endsAt: text(fields.endsAt),
    timeZone: text(fields.timeZone),
    validFrom: time(fields.validFrom),
    validUntil: timeOrNull(fields.validUntil),
  };
}

function readAbsence(fields: Fields): Absence {
  return {
    absenceId: text(fields.absenceId),
    person: text(fields.person),
    validFrom: time(fields.validFrom),
    validUntil: timeOrNull(fields.validUntil),
  };
}

function readReleaseRule(fields: Fields): ReleaseRule {
  return {
    releaseRuleId: text(fields.releaseRuleId),
    kinds: symbols(fields.kinds, kindCodes),
    urgencies: symbols(fields.urgencies, urgencyCodes),
    activities: symbols(fields.activities, activityCodes),
    destinationTypes: symbols(fields.destinationTypes, correspondentTypeCodes),
    destinations: texts(fields.destinations),
    roles: texts(fields.roles),
    author: text(fields.author),
    reason: text(fields.reason),
    validFrom: time(fields.validFrom),
    validUntil: timeOrNull(fields.validUntil),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function texts(value: unknown): string[] {
  return list(value).map(text);
}

function symbol<S extends string>(value: unknown, known: readonly S[]): S | 'UNKNOWN' {
  return known.find((each) => each === value) ?? 'UNKNOWN';
}

function symbols<S extends string>(value: unknown, known: readonly S[]): (S | 'UNKNOWN')[] {
  return list(value).map((each) => symbol(each, known));
}

/** An unreadable beginning never arrives: nothing is granted, and no rule applies, by mistake. */
function time(value: unknown): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? Number.MAX_SAFE_INTEGER : ms;
}

/** An unreadable end has passed already. */
function timeOrNull(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? 0 : ms;
}
