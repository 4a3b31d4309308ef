import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from './actions.ts';
import { audience, isInAudience } from './audience.ts';
import { anyGrant, anyMessageResource, anySubject } from './blank-message.fixture.ts';
import { decide } from './decide.ts';
import { matrix } from './matrix.ts';
import type { MessageResource } from './resource.ts';
import { blindRoles, type Subject } from './subject.ts';

const now = { nowMs: 0 };
const officer: Subject = {
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:CI',
  directoryRelease: 1,
  grants: [
    { role: 'officer', position: 'rédacteur', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false },
  ],
};
const received: MessageResource = {
  kind: 'message',
  relation: 'ACTION',
  excluded: false,
  thirdPartyRule: false,
  classification: 'RESTRICTED',
  tlp: null,
  handling: [],
  crimeAreas: ['TERRORISM'],
  attentionPositions: null,
};
const readActions: readonly Action[] = matrix.actions
  .filter((row) => row.on === 'message')
  .map((row) => row.action);
const anyReadAction = fc.constantFrom(...readActions);

function withGrant(grant: Partial<Subject['grants'][number]>): Subject {
  return { ...officer, grants: officer.grants.map((each) => ({ ...each, ...grant })) };
}

describe('decide', () => {
  it('lets a recipient read, owing an audit entry, without what no recipient sees', () => {
    expect(decide(officer, 'inbox.read', received, now)).toMatchObject({
      effect: 'allow',
      obligations: ['audit'],
      withheld: expect.arrayContaining(['submissionId', 'actor', 'recipients.excluded']),
    });
  });

  it('shows the sender its own message whole', () => {
    const sent = { ...received, relation: 'SENDER' as const };
    expect(decide(officer, 'sent.read', sent, now)).toMatchObject({ effect: 'allow', withheld: [] });
  });

  it('asks for a reason wherever the archive is read', () => {
    expect(decide(officer, 'archive.read', received, now)).toMatchObject({
      obligations: ['audit', 'reason-required'],
    });
  });

  it.each<[string, Subject, Partial<MessageResource>]>([
    ['excluded.sender-excluded', officer, { excluded: true }],
    [
      'third-party.no-permission',
      withGrant({ role: 'desk-officer' }),
      { relation: 'THREAD', thirdPartyRule: true },
    ],
    ['classification.above-ceiling', officer, { classification: 'SECRET' }],
    ['classification.above-ceiling', withGrant({ clearance: 'SECRET' }), { classification: 'UNKNOWN' }],
    ['handling.tlp-red', withGrant({ role: 'desk-officer' }), { relation: 'THREAD', tlp: 'RED' }],
    ['handling.h2', withGrant({ role: 'desk-officer' }), { relation: 'THREAD', handling: ['H2'] }],
    ['grant.blind-role', withGrant({ role: 'operator' }), {}],
    ['grant.crime-area', withGrant({ crimeAreas: ['COMPUTER_CRIME'] }), {}],
    ['grant.crime-area', withGrant({ crimeAreas: ['UNKNOWN'] }), { crimeAreas: ['UNKNOWN'] }],
    ['grant.attention', officer, { attentionPositions: ['attaché'] }],
    ['relation.none', officer, { relation: 'THREAD' }],
    ['relation.none', withGrant({ role: 'desk-officer' }), { relation: 'NONE' }],
  ])('denies a reading with %s', (code, subject, resource) => {
    expect(decide(subject, 'archive.read', { ...received, ...resource }, now)).toMatchObject({
      effect: 'deny',
      code,
    });
  });

  it('lets a desk read what its thread shares', () => {
    const desk = withGrant({ role: 'desk-officer' });
    expect(decide(desk, 'archive.read', { ...received, relation: 'THREAD' }, now).effect).toBe('allow');
  });

  it('opens a list to its own correspondent only', () => {
    const own = { kind: 'correspondent' as const, correspondent: 'post:CI' };
    expect(decide(officer, 'inbox.list', own, now).effect).toBe('allow');
    expect(decide(officer, 'inbox.list', { ...own, correspondent: 'post:DJ' }, now)).toMatchObject({
      code: 'relation.foreign',
    });
  });

  it.each([
    ['ACTUAL', {}, 'allow'],
    ['EXERCISE', {}, 'deny'],
    ['EXERCISE', { mayExercise: true }, 'allow'],
    ['TEST', { mayExercise: true }, 'deny'],
    ['TEST', { role: 'service' as const }, 'allow'],
    ['UNKNOWN', { role: 'service' as const, mayExercise: true }, 'deny'],
  ])('judges a submission of status %s with %j: %s', (status, grant, effect) => {
    const submission = { kind: 'submission' as const, classification: 'RESTRICTED', status };
    expect(decide(withGrant(grant), 'message.submit', submission, now).effect).toBe(effect);
  });

  it('refuses to send above the clearance', () => {
    const submission = { kind: 'submission' as const, classification: 'SECRET', status: 'ACTUAL' };
    expect(decide(officer, 'message.submit', submission, now)).toMatchObject({
      code: 'classification.above-ceiling',
    });
  });

  it('denies whoever has no grant, whatever is asked', () => {
    for (const { action } of matrix.actions) {
      expect(decide({ ...officer, grants: [] }, action, null, now).effect).toBe('deny');
    }
  });

  it('lets exclusion win over everything', () => {
    fc.assert(
      fc.property(anySubject, anyReadAction, anyMessageResource, (subject, action, resource) => {
        expect(decide(subject, action, { ...resource, excluded: true }, now).effect).toBe('deny');
      }),
    );
  });

  it('never opens content to a blind role, whatever it is combined with', () => {
    fc.assert(
      fc.property(
        anySubject,
        anyGrant,
        fc.constantFrom(...blindRoles),
        anyReadAction,
        anyMessageResource,
        (subject, grant, role, action, resource) => {
          const combined = { ...subject, grants: [...subject.grants, { ...grant, role }] };
          expect(decide(combined, action, resource, now).effect).toBe('deny');
          expect(audience(combined, action).anyOf).toEqual([]);
        },
      ),
    );
  });

  it('never widens when a restriction is added', () => {
    const restrictions: ((resource: MessageResource) => MessageResource)[] = [
      (each) => ({ ...each, excluded: true }),
      (each) => ({ ...each, thirdPartyRule: true }),
      (each) => ({ ...each, classification: 'UNKNOWN' }),
      (each) => ({ ...each, classification: each.classification === 'UNKNOWN' ? 'UNKNOWN' : 'SECRET' }),
      (each) => ({ ...each, tlp: 'UNKNOWN' }),
      (each) => ({ ...each, tlp: each.tlp === 'UNKNOWN' ? 'UNKNOWN' : 'RED' }),
      (each) => ({ ...each, handling: [...each.handling, 'H2'] }),
      (each) => ({ ...each, handling: [...each.handling, 'UNKNOWN'] }),
      (each) => ({ ...each, attentionPositions: [] }),
      (each) => ({ ...each, relation: 'NONE' }),
    ];
    fc.assert(
      fc.property(
        anySubject,
        anyReadAction,
        anyMessageResource,
        fc.constantFrom(...restrictions),
        (subject, action, resource, restrict) => {
          if (decide(subject, action, restrict(resource), now).effect === 'allow') {
            expect(decide(subject, action, resource, now).effect).toBe('allow');
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('opens nowhere more for a symbol unknown to this release than for any other', () => {
    const unknown = fc.constantFrom<((resource: MessageResource) => MessageResource)[]>(
      (each) => ({ ...each, classification: 'UNKNOWN' }),
      (each) => ({ ...each, tlp: 'UNKNOWN' }),
      (each) => ({ ...each, handling: ['UNKNOWN'] }),
      (each) => ({ ...each, crimeAreas: ['UNKNOWN'] }),
    );
    fc.assert(
      fc.property(
        anySubject,
        anyReadAction,
        anyMessageResource,
        unknown,
        (subject, action, resource, change) => {
          if (decide(subject, action, change(resource), now).effect === 'allow') {
            expect(decide(subject, action, resource, now).effect).toBe('allow');
          }
          const uncleared = subject.grants.map((grant) => ({ ...grant, clearance: 'UNKNOWN' }));
          expect(decide({ ...subject, grants: uncleared }, action, resource, now).effect).toBe('deny');
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('agrees with its own form as a predicate, on generated populations', () => {
    let allowed = 0;
    fc.assert(
      fc.property(anySubject, anyReadAction, fc.array(anyMessageResource), (subject, action, population) => {
        const predicate = audience(subject, action);
        const decided = population.map((each) => decide(subject, action, each, now).effect === 'allow');
        expect(population.map((each) => isInAudience(predicate, each))).toEqual(decided);
        allowed += decided.filter(Boolean).length;
      }),
      { numRuns: 2_000 },
    );
    expect(allowed).toBeGreaterThan(100);
  });

  it('shows in a list nothing that could not be opened', () => {
    const lists = matrix.actions.filter((row) => row.items !== undefined);
    fc.assert(
      fc.property(anySubject, fc.constantFrom(...lists), anyMessageResource, (subject, list, resource) => {
        if (isInAudience(audience(subject, list.action), resource)) {
          expect(decide(subject, list.items ?? list.action, resource, now).effect).toBe('allow');
          expect(decide(subject, list.action, null, now).effect).toBe('allow');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
