import { blindRoles, isWithinCeiling, type Role, roles } from '@chappe/policy';
import type { Classification, Grant } from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { type Finding, findDuplicates } from './directory-problem.ts';
import { positionKey } from './duty-index.ts';
import { holderKey, tokenKey } from './snapshot.ts';
import { emptyValidity, unknownCorrespondent } from './validate-references.ts';

/** Roles that a machine client may hold: those that exchange messages, and Chappe's own. */
const systemRoles: readonly string[] = ['officer', 'desk-officer', 'partner', 'service'];

/** What grants may refer to. */
interface Known {
  readonly ceilings: ReadonlyMap<string, Classification>;
  readonly correspondents: ReadonlySet<string>;
  readonly holders: ReadonlySet<string>;
}

/** Persons, systems, and what is granted to them. */
export function validateHolders(entries: DirectoryEntries): readonly Finding[] {
  const { persons, systems, grants } = entries;
  const ceilings = new Map(entries.correspondents.map((each) => [each.code, each.ceiling]));
  const holders = new Set([
    ...persons.map((each) => holderKey('PERSON', each.personId)),
    ...systems.map((each) => holderKey('SYSTEM', each.systemId)),
  ]);
  const known = { ceilings, correspondents: new Set(ceilings.keys()), holders };
  const positions = new Set(entries.positions.map((each) => positionKey(each.correspondent, each.code)));
  const withPositions = new Set(entries.positions.map((each) => each.correspondent));
  return [
    ...duplicateHolders(entries),
    ...grants.flatMap((grant, index) => [
      ...validateGrant(grant, index, known),
      ...(withPositions.has(grant.correspondent) ? unknownPosition(grant, index, positions) : []),
    ]),
    ...findCombinations(grants),
    ...findUngranted(entries),
  ];
}

function duplicateHolders({ persons, systems, grants }: DirectoryEntries): readonly Finding[] {
  const once = (path: string, what: string) => ({ code: 'duplicate', path, what }) as const;
  const token = (path: string) =>
    ({ code: 'duplicate-token-identity', path, what: 'The token identity' }) as const;
  return [
    ...findDuplicates(
      'persons',
      persons.map((each) => each.personId),
      once('/personId', 'The person'),
    ),
    ...findDuplicates(
      'systems',
      systems.map((each) => each.systemId),
      once('/systemId', 'The system'),
    ),
    ...findDuplicates(
      'grants',
      grants.map((each) => each.grantId),
      once('/grantId', 'The grant'),
    ),
    ...findDuplicates(
      'persons',
      persons.map((each) => tokenKey(each.issuer, each.subject)),
      token('/subject'),
    ),
    ...findDuplicates(
      'systems',
      systems.map((each) => tokenKey(each.issuer, each.clientId)),
      token('/clientId'),
    ),
  ];
}

function validateGrant(grant: Grant, index: number, known: Known): readonly Finding[] {
  const list = 'grants';
  const { correspondent, clearance } = grant;
  const findings = [
    ...unknownCorrespondent(list, index, '/correspondent', correspondent, known.correspondents),
  ];
  if (!known.holders.has(holderKey(grant.holderKind, grant.holder))) {
    const detail = `There is no ${grant.holderKind} ${grant.holder}: add it, or remove the grant.`;
    findings.push({ code: 'unknown-holder', list, index, path: '/holder', detail });
  }
  if (!isRole(grant.role)) {
    const detail = `${grant.role} is not a role: write one of ${roles.join(', ')}.`;
    findings.push({ code: 'unknown-role', list, index, path: '/role', detail });
  } else if (grant.holderKind === 'SYSTEM' ? !systemRoles.includes(grant.role) : grant.role === 'service') {
    const detail = `The role ${grant.role} cannot be granted to a ${grant.holderKind}: grant another.`;
    findings.push({ code: 'role-not-for-holder', list, index, path: '/role', detail });
  }
  const ceiling = known.ceilings.get(correspondent) ?? 'UNKNOWN';
  if (ceiling !== 'UNKNOWN' && clearance !== 'UNKNOWN' && !isWithinCeiling(clearance, ceiling)) {
    const detail = `${correspondent} holds nothing above ${ceiling}: lower the clearance to that.`;
    findings.push({ code: 'clearance-above-ceiling', list, index, path: '/clearance', detail });
  }
  return [...findings, ...emptyValidity(list, index, '', grant)];
}

function unknownPosition(grant: Grant, index: number, positions: ReadonlySet<string>): readonly Finding[] {
  const { holderKind, correspondent, position } = grant;
  if (holderKind !== 'PERSON' || positions.has(positionKey(correspondent, position))) return [];
  const detail = `${correspondent} has no position ${position}: add it to positions, or write one of its own.`;
  return [{ code: 'unknown-position', list: 'grants', index, path: '/position', detail }];
}

/**
 * Who watches, checks or administers does not handle content, for whichever correspondent; and the
 * auditor neither operates nor administers what is audited. Only grants that overlap in time count.
 */
function findCombinations(grants: readonly Grant[]): readonly Finding[] {
  const placed = grants.map((grant, index) => ({ grant, index }));
  const byHolder = Map.groupBy(placed, ({ grant }) => holderKey(grant.holderKind, grant.holder));
  return [...byHolder.values()].flatMap((held) =>
    held.flatMap(({ grant, index }, at) =>
      held
        .slice(at + 1)
        .filter(({ grant: other }) => overlap(grant, other) && areIncompatible(grant.role, other.role))
        .map(({ grant: other }): Finding => {
          const both = `${grant.role} cannot be combined with ${other.role} (grant/${other.grantId})`;
          const detail = `${both}: end one before the other begins, or give it to somebody else.`;
          return { code: 'forbidden-combination', list: 'grants', index, path: '/role', detail };
        }),
    ),
  );
}

function findUngranted({ persons, grants }: DirectoryEntries): readonly Finding[] {
  const granted = new Set(grants.map((each) => holderKey(each.holderKind, each.holder)));
  return persons.flatMap(({ personId }, index): Finding[] => {
    if (granted.has(holderKey('PERSON', personId))) return [];
    const detail = 'Nothing is granted to this person: add a grant, or remove the person.';
    return [{ code: 'person-without-grant', list: 'persons', index, path: '', detail }];
  });
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
