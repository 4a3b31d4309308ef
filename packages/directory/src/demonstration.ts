import central from '../data/demonstration/central.json' with { type: 'json' };
import channels from '../data/demonstration/channels.json' with { type: 'json' };
import duty from '../data/demonstration/duty.json' with { type: 'json' };
import africa from '../data/demonstration/posts-africa.json' with { type: 'json' };
import americas from '../data/demonstration/posts-americas.json' with { type: 'json' };
import asia from '../data/demonstration/posts-asia.json' with { type: 'json' };
import europe from '../data/demonstration/posts-europe.json' with { type: 'json' };
import middleEast from '../data/demonstration/posts-middle-east.json' with { type: 'json' };
import releaseRules from '../data/demonstration/release-rules.json' with { type: 'json' };
import rules from '../data/demonstration/rules.json' with { type: 'json' };
import systems from '../data/demonstration/systems.json' with { type: 'json' };
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryFile, joinFiles } from './read-directory-files.ts';
import { readEntries } from './read-entries.ts';

/** The invented persons who propose and approve the demonstration's releases. */
export const demonstrationProposer = 'person-directory-admin-1';
/** The second of the two. */
export const demonstrationApprover = 'person-directory-admin-2';

/** The files of the demonstration's directory. */
export const demonstrationFiles: readonly DirectoryFile[] = [
  { name: 'posts-africa.json', content: africa },
  { name: 'posts-middle-east.json', content: middleEast },
  { name: 'posts-americas.json', content: americas },
  { name: 'posts-asia.json', content: asia },
  { name: 'posts-europe.json', content: europe },
  { name: 'central.json', content: central },
  { name: 'systems.json', content: systems },
  { name: 'channels.json', content: channels },
  { name: 'rules.json', content: rules },
  { name: 'release-rules.json', content: releaseRules },
  { name: 'duty.json', content: duty },
];

/** Stands where an installation has its own issuer. */
const placeholder = '{issuer}';
let read: DirectoryEntries | undefined;

/**
 * The invented directory of the demonstration, for an issuer of tokens: 76 posts covering 147 countries, the
 * central desks, a few services, channels and partners, 311 persons, a rota, and a handful of rules. It names
 * no real service or person. The files are read once; what does not name the issuer is shared, and frozen.
 */
export function loadDemonstration(issuer: string): DirectoryEntries {
  read ??= freezeEntries(readEntries(joinFiles(demonstrationFiles), placeholder));
  const own = <T extends { issuer: string }>(each: T): T => ({
    ...each,
    issuer: each.issuer.replace(placeholder, issuer),
  });
  return { ...read, persons: read.persons.map(own), systems: read.systems.map(own) };
}

function freezeEntries(entries: DirectoryEntries): DirectoryEntries {
  freezeDeeply(entries);
  return entries;
}

function freezeDeeply(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const each of Object.values(value)) freezeDeeply(each);
}
