import type { DirectoryEntries } from '@chappe/directory';
import type { Grant } from '@chappe/schemas';

const fewest = 2;

/** The grants by which persons may administer the directory now. */
export function administrativeGrants(
  { persons, grants, correspondents }: DirectoryEntries,
  nowMs: number,
): readonly Grant[] {
  const active = new Set(persons.filter(({ suspended }) => !suspended).map(({ personId }) => personId));
  const usable = new Set(correspondents.filter(({ suspended }) => !suspended).map(({ code }) => code));
  return grants.filter(
    (grant) =>
      grant.role === 'directory-admin' &&
      grant.holderKind === 'PERSON' &&
      active.has(grant.holder) &&
      usable.has(grant.correspondent) &&
      grant.validFrom <= nowMs &&
      (grant.validUntil === null || nowMs < grant.validUntil),
  );
}

/**
 * A release that leaves fewer than two persons who may administer the directory could never be followed by
 * another: nobody would be there to propose, or nobody else to approve. Says so, or null.
 */
export function tooFewAdministrators(entries: DirectoryEntries, nowMs: number): string | null {
  const administrators = new Set(administrativeGrants(entries, nowMs).map(({ holder }) => holder));
  if (administrators.size >= fewest) return null;
  return (
    `It leaves ${administrators.size} person(s) who may administer the directory, and a release needs ${fewest}: ` +
    'grant directory-admin to another person first.'
  );
}
