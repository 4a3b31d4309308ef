import type { DirectorySnapshot } from '@chappe/directory';
import { grantsInForce } from '@chappe/directory';
import type { Subject } from '@chappe/policy';
import type { Correspondent } from '@chappe/schemas';

/** A correspondent as clients see it when they choose recipients. */
export interface CorrespondentView {
  readonly code: string;
  readonly type: string;
  readonly shortCode: string;
  readonly nameFr: string;
  readonly nameEn: string;
  readonly country: string | null;
  readonly city: string | null;
  readonly ceiling: string;
  readonly themes: string[];
  readonly coverage: string[];
  readonly dutyDesk: boolean;
}

/** What can be chosen as a recipient: no persons, and nobody who is suspended. */
export function listCorrespondents(snapshot: DirectorySnapshot): CorrespondentView[] {
  return [...snapshot.correspondents.values()]
    .filter((each) => !each.suspended)
    .map((each) => showCorrespondent(each, snapshot))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

function showCorrespondent(correspondent: Correspondent, snapshot: DirectorySnapshot): CorrespondentView {
  const { code, type, shortCode, nameFr, nameEn, country, city, ceiling, themes, dutyDesk } = correspondent;
  const coverage = [...(snapshot.coverage.get(code) ?? [])];
  return { code, type, shortCode, nameFr, nameEn, country, city, ceiling, themes, coverage, dutyDesk };
}

/** Who a caller is, for whom it acts, and all that is granted to it. */
export interface SelfView {
  readonly kind: 'PERSON' | 'SYSTEM';
  readonly id: string;
  readonly displayName: string | null;
  readonly language: string | null;
  readonly actingAs: { readonly code: string; readonly nameFr: string; readonly nameEn: string };
  readonly grants: GrantView[];
  readonly directoryRelease: number;
}

/** A grant as its holder sees it. */
export interface GrantView {
  readonly correspondent: string;
  readonly role: string;
  readonly position: string;
  readonly clearance: string;
  readonly crimeAreas: string[];
  readonly mayExercise: boolean;
  readonly validUntil: string | null;
}

/** Shows a caller what the directory says of it, grants for other correspondents included. */
export function showSelf(snapshot: DirectorySnapshot, subject: Subject, nowMs: number): SelfView {
  const { kind, id, correspondent } = subject;
  const person = kind === 'PERSON' ? snapshot.persons.get(id) : undefined;
  const actingAs = snapshot.correspondents.get(correspondent);
  return {
    kind,
    id,
    displayName: person?.displayName ?? null,
    language: person?.language ?? null,
    actingAs: { code: correspondent, nameFr: actingAs?.nameFr ?? '', nameEn: actingAs?.nameEn ?? '' },
    grants: grantsInForce(snapshot, { kind, id, suspended: false }, nowMs).map((grant) => ({
      correspondent: grant.correspondent,
      role: grant.role,
      position: grant.position,
      clearance: grant.clearance,
      crimeAreas: grant.crimeAreas,
      mayExercise: grant.mayExercise,
      validUntil: grant.validUntil === null ? null : new Date(grant.validUntil).toISOString(),
    })),
    directoryRelease: snapshot.release,
  };
}
