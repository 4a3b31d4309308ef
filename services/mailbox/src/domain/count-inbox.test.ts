import { decide, type Subject } from '@chappe/policy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countInbox } from './count-inbox.ts';

const classifications = ['NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'] as const;
const areas = ['TERRORISM', 'CORRUPTION', 'UNKNOWN'] as const;

const anyGroup = fc.record({
  role: fc.constantFrom('ACTION' as const, 'INFORMATION' as const, 'NOTICE' as const),
  lane: fc.constantFrom('flash', 'urgent', 'routine'),
  unread: fc.boolean(),
  count: fc.integer({ min: 1, max: 50 }),
  markings: fc.record({
    excluded: fc.boolean(),
    thirdPartyRule: fc.boolean(),
    classification: fc.constantFrom(...classifications),
    tlp: fc.constantFrom(null, 'RED', 'UNKNOWN'),
    handling: fc.subarray(['H1', 'H3']),
    crimeAreas: fc.subarray([...areas]),
    attentionPositions: fc.constantFrom(null, ['attaché'], ['other']),
  }),
});
const anySubject: fc.Arbitrary<Subject> = fc.record({
  kind: fc.constant('PERSON' as const),
  id: fc.constant('person-1'),
  correspondent: fc.constant('post:CI'),
  directoryRelease: fc.constant(1),
  grants: fc.array(
    fc.record({
      role: fc.constantFrom('officer' as const, 'desk-head' as const, 'auditor' as const),
      position: fc.constantFrom('attaché', 'x'),
      clearance: fc.constantFrom(...classifications),
      crimeAreas: fc.subarray(['TERRORISM', 'CORRUPTION']),
      mayExercise: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});

test('counts exactly the items that decide would let be shown, one by one', () => {
  fc.assert(
    fc.property(fc.array(anyGroup, { maxLength: 12 }), anySubject, (groups, subject) => {
      const shown = groups
        .flatMap((group) => Array.from({ length: group.count }, () => group))
        .filter(({ role, markings }) => {
          const resource = { kind: 'message' as const, relation: role, ...markings };
          return decide(subject, 'inbox.read', resource, { nowMs: 0 }).effect === 'allow';
        });
      const counts = countInbox(groups, subject, { nowMs: 0, most: 10_000 });
      expect(counts.total).toBe(shown.length);
      expect(counts.unread).toBe(shown.filter((item) => item.unread).length);
      expect(counts.lanes).toEqual(
        ['flash', 'urgent', 'routine'].flatMap((lane) => {
          const own = shown.filter((item) => item.lane === lane);
          const unread = own.filter((item) => item.unread).length;
          return own.length === 0 ? [] : [{ lane, total: own.length, unread }];
        }),
      );
    }),
  );
});

test('says when it stopped, without telling how many of these may not be seen', () => {
  const markings = {
    ...{ excluded: true, thirdPartyRule: false, classification: 'NOT_PROTECTED', tlp: null },
    ...{ handling: [], crimeAreas: [], attentionPositions: null },
  };
  const subject: Subject = {
    ...{ kind: 'PERSON', id: 'p', correspondent: 'post:CI', directoryRelease: 1, grants: [] },
  };
  const group = { role: 'ACTION' as const, lane: 'flash', unread: true, count: 20, markings };
  expect(countInbox([group], subject, { nowMs: 0, most: 20 })).toEqual({
    ...{ total: 0, unread: 0, lanes: [], countedNewest: 20 },
  });
  expect(countInbox([group], subject, { nowMs: 0, most: 21 })).not.toHaveProperty('countedNewest');
});
