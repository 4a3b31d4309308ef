import { topics } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import table from '../matrix.json' with { type: 'json' };
import { relations } from './actions.ts';
import { decide } from './decide.ts';
import { mayDoAtAll, mayDoWith } from './decide-oracle.fixture.ts';
import { matrix } from './matrix.ts';
import type { MessageResource, Resource } from './resource.ts';
import { blindRoles, type Role, roles } from './subject.ts';

const tlps = [null, 'CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'UNKNOWN'];
const handlings = [[], ['H0'], ['H1'], ['H2'], ['H1', 'H3'], ['UNKNOWN']];

/**
 * A second reading of the same table, written without looking at the first: no shared function, no early
 * exit, one sentence per rule.
 */
function naive(role: Role, action: string, resource: MessageResource | null): boolean {
  const reader = table.cells.filter(
    (cell) => cell.action === action && (cell.roles as string[]).includes(role),
  );
  const isContent = table.actions.find((row) => row.action === action)?.content ?? true;
  if (isContent && ['operator', 'auditor', 'directory-admin', 'retention-officer'].includes(role))
    return false;
  if (resource === null) return reader.length > 0;
  const cell = reader.find((each) => (each.relations as string[]).includes(resource.relation));
  if (cell === undefined || resource.excluded) return false;
  if (resource.classification === 'SECRET' || resource.classification === 'UNKNOWN') return false;
  if (cell.marking === 'any') return true;
  const restricted =
    resource.thirdPartyRule ||
    resource.tlp === 'RED' ||
    resource.tlp === 'UNKNOWN' ||
    resource.handling.some((code) => code === 'H2' || code === 'H3' || code === 'UNKNOWN');
  return cell.marking === 'shareable' && !restricted;
}

function* resources(): Generator<MessageResource> {
  for (const relation of relations)
    for (const tlp of tlps)
      for (const handling of handlings)
        for (const classification of ['NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'])
          for (const thirdPartyRule of [false, true])
            for (const excluded of [false, true])
              yield {
                kind: 'message',
                relation,
                tlp,
                handling,
                classification,
                thirdPartyRule,
                excluded,
                crimeAreas: ['TERRORISM'],
                attentionPositions: null,
              };
}

function isAllowed(
  role: Role,
  action: (typeof matrix.actions)[number]['action'],
  resource: Resource | null,
): boolean {
  const subject = {
    kind: 'PERSON' as const,
    id: 'person-1',
    correspondent: 'post:DJ',
    directoryRelease: 1,
    grants: [{ role, position: 'x', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false }],
  };
  return decide(subject, action, resource, { nowMs: 0 }).effect === 'allow';
}

describe('the matrix', () => {
  it.each(roles)('says of %s what a naive second evaluator says, on every cell', (role) => {
    const differences: unknown[] = [];
    let cells = 0;
    for (const { action, on } of matrix.actions) {
      for (const resource of on === 'message' ? [null, ...resources()] : [null]) {
        cells += 1;
        if (isAllowed(role, action, resource) !== naive(role, action, resource)) {
          differences.push({ role, action, resource });
        }
      }
    }
    expect(differences).toEqual([]);
    expect(cells).toBeGreaterThan(10_000);
  });

  it.each(roles)('says of %s what the sentences of the rules say, on every cell', (role) => {
    const differences: unknown[] = [];
    let cells = 0;
    for (const { action, on } of matrix.actions) {
      const atAll = mayDoAtAll(role, action);
      if (atAll !== undefined && isAllowed(role, action, null) !== atAll) differences.push({ role, action });
      for (const resource of on === 'message' ? resources() : []) {
        cells += 1;
        if (isAllowed(role, action, resource) !== mayDoWith(role, action, resource)) {
          differences.push({ role, action, resource });
        }
      }
    }
    expect(differences).toEqual([]);
    expect(cells).toBeGreaterThan(20_000);
  });

  it('keeps what commits a person from systems, whatever roles they were granted', () => {
    const committing = matrix.actions.filter((row) => row.personsOnly === true).map((row) => row.action);
    expect(committing).toContain('receipt.give');
    for (const role of roles) {
      const subject = {
        kind: 'SYSTEM' as const,
        id: 'system-1',
        correspondent: 'post:DJ',
        directoryRelease: 1,
        grants: [{ role, position: 'x', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false }],
      };
      for (const action of committing) {
        expect(decide(subject, action, null, { nowMs: 0 })).toMatchObject({ effect: 'deny' });
      }
    }
    expect(isAllowed('officer', 'receipt.give', null)).toBe(true);
  });

  it('opens a file to exactly those who may read its message', () => {
    const differences: unknown[] = [];
    for (const role of roles) {
      for (const resource of resources()) {
        const received = resource.relation !== 'NOTICE' && isAllowed(role, 'inbox.read', resource);
        const reads = received || isAllowed(role, 'sent.read', resource);
        const readsArchived = isAllowed(role, 'archive.read', resource);
        if (isAllowed(role, 'attachment.read', resource) !== reads) differences.push({ role, resource });
        if (isAllowed(role, 'attachment.read-archived', resource) !== readsArchived) {
          differences.push({ role, resource });
        }
      }
    }
    expect(differences).toEqual([]);
  });

  it('knows only the roles, relations, markings and actions of the code, each action once', () => {
    const actions = matrix.actions.map((row) => row.action);
    expect(new Set(actions).size).toBe(actions.length);
    const markings = matrix.markings.map((row) => row.marking);
    for (const cell of matrix.cells) {
      expect(actions).toContain(cell.action);
      expect(markings).toContain(cell.marking);
      expect(roles).toEqual(expect.arrayContaining([...cell.roles]));
      expect(relations).toEqual(expect.arrayContaining([...cell.relations]));
    }
    expect(actions.filter((action) => !matrix.cells.some((cell) => cell.action === action))).toEqual([]);
  });

  it('gives no content to those who watch, check or administer', () => {
    const content = matrix.actions.filter((row) => row.content).map((row) => row.action);
    const leaks = matrix.cells.filter(
      (cell) => content.includes(cell.action) && cell.roles.some((role) => blindRoles.includes(role)),
    );
    expect(leaks).toEqual([]);
  });

  it('asks for relations exactly where a message is read', () => {
    for (const cell of matrix.cells) {
      const on = matrix.actions.find((row) => row.action === cell.action)?.on;
      expect([cell.action, cell.relations.length > 0]).toEqual([cell.action, on === 'message']);
    }
  });

  it('names each route once, and only services that exist', () => {
    const routes = matrix.actions.flatMap((row) => row.routes);
    const names = routes.map((route) => `${route.method} ${route.path}?${route.query ?? ''}`);
    expect(new Set(names).size).toBe(names.length);
    const services = new Set(topics.flatMap((topic) => [...topic.writers, ...topic.readers]));
    for (const route of routes) expect(services).toContain(route.service);
  });

  it('opens what a list shows by an action that reads single messages', () => {
    for (const row of matrix.actions.filter((each) => each.items !== undefined)) {
      expect(matrix.actions.find((each) => each.action === row.items)?.on).toBe('message');
    }
  });
});
