import type { DirectoryEntries } from '@chappe/directory';

/** A person of the demonstration who can sign in. */
export interface DemonstrationPerson {
  subject: string;
  username: string;
  correspondent: string;
  roles: readonly string[];
}

/** A system of the demonstration that can sign in. */
export interface DemonstrationSystem {
  clientId: string;
  correspondent: string;
}

/**
 * Who can sign in, from the directory's own data. Where several persons act for a correspondent the
 * plainest function comes first, since that is the one a command line takes.
 */
export function demonstrationPeople(entries: DirectoryEntries): DemonstrationPerson[] {
  return entries.persons.map((person) => {
    const grants = entries.grants.filter(
      (grant) => grant.holderKind === 'PERSON' && grant.holder === person.personId,
    );
    return {
      subject: person.subject,
      username: person.subject.replace(/^demo-/, ''),
      correspondent: grants[0]?.correspondent ?? '',
      roles: [...new Set(grants.map((grant) => grant.role))],
    };
  });
}

/** The systems that can sign in. */
export function demonstrationSystems(entries: DirectoryEntries): DemonstrationSystem[] {
  return entries.systems.map((system) => {
    const grant = entries.grants.find(
      (each) => each.holderKind === 'SYSTEM' && each.holder === system.systemId,
    );
    return { clientId: system.clientId, correspondent: grant?.correspondent ?? '' };
  });
}
