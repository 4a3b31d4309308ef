import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A user of the operating system that PostgreSQL can run as when we are root. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. As root this gives the system's `postgres`, else `nobody`
 * (which every system has: no user is created); otherwise undefined, since we can run it ourselves.
 */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const chosen = ['postgres', 'nobody'].flatMap((name) => users.find((user) => user.name === name) ?? [])[0];
  if (chosen === undefined)
    throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
  return chosen;
}

/** The first folder on the way to `path` that the user may not pass, if there is one. */
export function impassableFolder(path: string, user: SystemUser): string | undefined {
  const parents: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return parents.find((folder) => !mayPass(folder, user));
}

function mayPass(folder: string, user: SystemUser): boolean {
  // What is not there yet will be made for the user.
  if (!existsSync(folder)) return true;
  const { mode, uid, gid } = statSync(folder);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
