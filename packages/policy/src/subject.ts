/**
 * The functions in which somebody may act. The directory grants them; a role named in a token is ignored.
 */
export type Role =
  | 'officer'
  | 'releaser'
  | 'desk-officer'
  | 'desk-head'
  | 'operator'
  | 'auditor'
  | 'directory-admin'
  | 'retention-officer'
  | 'partner'
  | 'service';

/** Every role, in the order of the documentation. */
export const roles: readonly Role[] = [
  'officer',
  'releaser',
  'desk-officer',
  'desk-head',
  'operator',
  'auditor',
  'directory-admin',
  'retention-officer',
  'partner',
  'service',
];

/**
 * Roles that watch, check or administer and never see content. The directory refuses to combine them
 * with a role that does; should such a combination be met all the same, the blind role wins.
 */
export const blindRoles: readonly Role[] = ['operator', 'auditor', 'directory-admin', 'retention-officer'];

/** One valid grant of a subject for the correspondent it acts for. */
export interface SubjectGrant {
  readonly role: Role;
  readonly position: string;
  /** Highest classification that may be read; anything unknown reads nothing. */
  readonly clearance: string;
  /** Areas that may be read; empty means all. */
  readonly crimeAreas: readonly string[];
  readonly mayExercise: boolean;
}

/** Who acts, for whom, with which grants, as one release of the directory says. */
export interface Subject {
  readonly kind: 'PERSON' | 'SYSTEM';
  readonly id: string;
  readonly correspondent: string;
  readonly grants: readonly SubjectGrant[];
  readonly directoryRelease: number;
}
