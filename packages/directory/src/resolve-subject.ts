import { type Role, roles, type Subject } from '@chappe/policy';
import type { Grant } from '@chappe/schemas';
import { isInForce } from './match-rules.ts';
import { type DirectorySnapshot, holderKey, tokenKey } from './snapshot.ts';

/** What a verified token says: who, never what. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
}

/** Who acts and for whom, or why nobody does. */
export type SubjectResolution =
  | { readonly status: 'resolved'; readonly subject: Subject }
  | { readonly status: 'unknown-holder' }
  | { readonly status: 'suspended' }
  | { readonly status: 'acting-as-required'; readonly choices: readonly string[] }
  | { readonly status: 'no-grant' };

/** A person or system of the directory, as a token names it. */
export interface Holder {
  readonly kind: 'PERSON' | 'SYSTEM';
  readonly id: string;
  readonly suspended: boolean;
}

/**
 * Finds the holder that a token names. A subject other than the client is a person, looked up by issuer
 * and subject; otherwise a system, by issuer and client.
 */
export function findHolder(snapshot: DirectorySnapshot, token: TokenIdentity): Holder | undefined {
  if (token.subject !== token.clientId) {
    const person = snapshot.personByToken.get(tokenKey(token.issuer, token.subject));
    return person && { kind: 'PERSON', id: person.personId, suspended: person.suspended };
  }
  const system = snapshot.systemByToken.get(tokenKey(token.issuer, token.clientId));
  return system && { kind: 'SYSTEM', id: system.systemId, suspended: system.suspended };
}

/** The grants of a holder in force, in a role that this release knows; an unknown role grants nothing. */
export function grantsInForce(snapshot: DirectorySnapshot, holder: Holder, nowMs: number): readonly Grant[] {
  return (snapshot.grantsByHolder.get(holderKey(holder.kind, holder.id)) ?? []).filter(
    (grant) =>
      isInForce(grant, nowMs) && isRole(grant.role) && snapshot.correspondents.has(grant.correspondent),
  );
}

/**
 * Who acts, for which correspondent, with which grants. The acting correspondent is the one asked for, or
 * the only one granted.
 */
export function resolveSubject(
  snapshot: DirectorySnapshot,
  token: TokenIdentity,
  actingAs: string | null,
  nowMs: number,
): SubjectResolution {
  const holder = findHolder(snapshot, token);
  if (holder === undefined) return { status: 'unknown-holder' };
  if (holder.suspended) return { status: 'suspended' };
  const inForce = grantsInForce(snapshot, holder, nowMs);
  const asked = actingAs === null ? inForce : inForce.filter((grant) => grant.correspondent === actingAs);
  if (asked.length === 0) return { status: 'no-grant' };
  const usable = asked.filter(
    (grant) => snapshot.correspondents.get(grant.correspondent)?.suspended === false,
  );
  const [correspondent, ...others] = new Set(usable.map((grant) => grant.correspondent));
  if (correspondent === undefined) return { status: 'suspended' };
  if (others.length > 0) return { status: 'acting-as-required', choices: [correspondent, ...others].sort() };
  return {
    status: 'resolved',
    subject: {
      kind: holder.kind,
      id: holder.id,
      correspondent,
      directoryRelease: snapshot.release,
      grants: usable.flatMap(({ role, position, clearance, crimeAreas, mayExercise }) =>
        isRole(role) ? [{ role, position, clearance, crimeAreas, mayExercise }] : [],
      ),
    },
  };
}

function isRole(role: string): role is Role {
  return (roles as readonly string[]).includes(role);
}
