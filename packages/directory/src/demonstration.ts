import channelsJson from '../data/demonstration/channels.json' with { type: 'json' };
import correspondentsJson from '../data/demonstration/correspondents.json' with { type: 'json' };
import coverageJson from '../data/demonstration/coverage.json' with { type: 'json' };
import grantsJson from '../data/demonstration/grants.json' with { type: 'json' };
import personsJson from '../data/demonstration/persons.json' with { type: 'json' };
import rulesJson from '../data/demonstration/rules.json' with { type: 'json' };
import systemsJson from '../data/demonstration/systems.json' with { type: 'json' };
import type { DirectoryEntries } from './directory-entries.ts';
import { readEntries } from './read-entries.ts';

/** The invented persons who propose and approve the demonstration's releases. */
export const demonstrationProposer = 'person-directory-admin-1';
/** The second of the two. */
export const demonstrationApprover = 'person-directory-admin-2';

/**
 * The invented directory of the demonstration, for an issuer of tokens: twelve and a partner's
 * correspondents, their officers and systems, and a handful of routing rules. It names no real service
 * or person.
 */
export function loadDemonstration(issuer: string): DirectoryEntries {
  return readEntries(
    {
      correspondents: correspondentsJson.items,
      coverage: coverageJson.items,
      persons: personsJson.items,
      systems: systemsJson.items,
      grants: grantsJson.items,
      rules: rulesJson.items,
      channels: channelsJson.items,
      units: [],
      positions: [],
      shifts: [],
      absences: [],
      releaseRules: [],
    },
    issuer,
  );
}
