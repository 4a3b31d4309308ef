import { blindRoles, type Role, roles } from '@chappe/policy';
import type { Grant } from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryProblem, duplicates } from './directory-problem.ts';
import { holderKey, tokenKey } from './snapshot.ts';
import { unknownCorrespondents } from './validate-correspondents.ts';

/** Roles that a machine client may hold: those that exchange messages, and Chappe's own. */
const systemRoles: readonly string[] = ['officer', 'desk-officer', 'partner', 'service'];

/** Persons, systems, and what is granted to them. */
export function validateHolders(entries: DirectoryEntries): readonly DirectoryProblem[] {
  const { persons, systems, grants } = entries;
  const correspondents = new Set(entries.correspondents.map((each) => each.code));
  const holders = new Set([
    ...persons.map((each) => holderKey('PERSON', each.personId)),
    ...systems.map((each) => holderKey('SYSTEM', each.systemId)),
  ]);
  return [
    ...duplicates(
      persons.map((each) => each.personId),
      'duplicate',
      (id) => `person/${id}`,
    ),
    ...duplicates(
      systems.map((each) => each.systemId),
      'duplicate',
      (id) => `system/${id}`,
    ),
    ...duplicates(
      grants.map((each) => each.grantId),
      'duplicate',
      (id) => `grant/${id}`,
    ),
    ...duplicates(
      persons.map((each) => tokenKey(each.issuer, each.subject)),
      'duplicate-token-identity',
      () => 'person',
    ),
    ...duplicates(
      systems.map((each) => tokenKey(each.issuer, each.clientId)),
      'duplicate-token-identity',
      () => 'system',
    ),
    ...grants.flatMap((grant) => validateGrant(grant, correspondents, holders)),
    ...validateCombinations(grants),
  ];
}

function validateGrant(
  grant: Grant,
  correspondents: ReadonlySet<string>,
  holders: ReadonlySet<string>,
): readonly DirectoryProblem[] {
  const key = `grant/${grant.grantId}`;
  const problems: DirectoryProblem[] = [...unknownCorrespondents(key, [grant.correspondent], correspondents)];
  if (!holders.has(holderKey(grant.holderKind, grant.holder))) {
    problems.push({
      code: 'unknown-holder',
      key,
      detail: `There is no ${grant.holderKind} ${grant.holder}.`,
    });
  }
  if (!isRole(grant.role)) {
    problems.push({ code: 'unknown-role', key, detail: `${grant.role} is not a role.` });
  } else if (grant.holderKind === 'SYSTEM' ? !systemRoles.includes(grant.role) : grant.role === 'service') {
    problems.push({
      code: 'role-not-for-holder',
      key,
      detail: `The role ${grant.role} cannot be granted to a ${grant.holderKind}.`,
    });
  }
  if (grant.validUntil !== null && grant.validUntil <= grant.validFrom) {
    problems.push({ code: 'empty-validity', key, detail: 'It ends before it begins.' });
  }
  const symbols: readonly string[] = [grant.clearance, ...grant.crimeAreas];
  if (symbols.includes('UNKNOWN')) {
    problems.push({ code: 'unknown-symbol', key, detail: 'Clearance and crime areas must be known.' });
  }
  return problems;
}

/**
 * Who watches, checks or administers does not handle content, for whichever correspondent; and the
 * auditor neither operates nor administers what is audited. Only grants that overlap in time count.
 */
function validateCombinations(grants: readonly Grant[]): readonly DirectoryProblem[] {
  const byHolder = Map.groupBy(grants, (grant) => holderKey(grant.holderKind, grant.holder));
  return [...byHolder.values()].flatMap((held) =>
    held.flatMap((grant, index) =>
      held
        .slice(index + 1)
        .filter((other) => overlap(grant, other) && areIncompatible(grant.role, other.role))
        .map(
          (other): DirectoryProblem => ({
            code: 'forbidden-combination',
            key: `grant/${grant.grantId}`,
            detail: `${grant.role} cannot be combined with ${other.role} (grant/${other.grantId}).`,
          }),
        ),
    ),
  );
}

function areIncompatible(a: string, b: string): boolean {
  if (!isRole(a) || !isRole(b)) return false;
  if (blindRoles.includes(a) !== blindRoles.includes(b)) return true;
  return a !== b && (a === 'auditor' || b === 'auditor');
}

function overlap(a: Grant, b: Grant): boolean {
  return a.validFrom < (b.validUntil ?? Infinity) && b.validFrom < (a.validUntil ?? Infinity);
}

function isRole(role: string): role is Role {
  return (roles as readonly string[]).includes(role);
}
