import { describe, expect, test } from 'vitest';
import { delivery } from './delivery.fixture.ts';
import { facetsOf, facetsWanted, isNarrow, matches } from './inbox-filter.ts';
import { itemOf } from './inbox-item.ts';

function item(wishes: Partial<Parameters<typeof delivery>[0]> = {}) {
  const given = delivery({
    number: 1,
    to: 'post:CI',
    lane: 'flash',
    countries: ['KM', 'DJ', 'KM'],
    ...wishes,
  });
  return itemOf(given, { number: 1, deliveredAtMs: 0, recalledBy: null, withdrawn: false, sizeBytes: 1 });
}

describe('an item', () => {
  test('is filed under each of its values once', () => {
    expect(facetsOf(item())).toEqual([
      'kind:LEAD',
      'role:ACTION',
      'sender:post:DJ',
      'area:TERRORISM',
      'country:KM',
      'country:DJ',
    ]);
  });

  test('that is a notice, or has lost its content, is filed under nothing that stood in it', () => {
    const notice = item({ role: 'NOTICE', noticeCode: 'correction-withheld' });
    expect(facetsOf(notice)).toEqual(['kind:LEAD', 'role:NOTICE', 'sender:post:DJ']);
    expect(facetsOf({ ...item(), message: null })).not.toContain('country:KM');
  });

  test('is found by the countries of its variant, not by those that were withheld from it', () => {
    const { message, ...rest } = item();
    if (message === null) throw new Error('the fixture has content');
    const variant = {
      ...message,
      countriesConcerned: [],
      withheld: [...message.withheld, 'countriesConcerned'],
    };
    expect(matches({ ...rest, message: variant }, { country: 'KM' })).toBe(false);
  });
});

test.each([
  [{}, true],
  [{ country: 'KM' }, true],
  [{ country: 'FR' }, false],
  [{ country: 'KM', crimeArea: 'TERRORISM', kind: 'LEAD', role: 'ACTION', sender: 'post:DJ' }, true],
  [{ country: 'KM', crimeArea: 'CORRUPTION' }, false],
  [{ lane: 'flash' }, true],
  [{ lane: 'routine', country: 'KM' }, false],
  [{ threadId: '01980000-0000-8000-8000-000000000000' }, false],
  // A value is never taken for another facet's.
  [{ kind: 'TERRORISM' }, false],
  [{ sender: 'LEAD' }, false],
])('a filter %j matches: %s', (filter, expected) => {
  expect(matches(item(), filter)).toBe(expected);
});

test('what narrows says so, and asks for the most telling first', () => {
  expect([{}, { lane: 'flash' }, { unread: false }].map(isNarrow)).toEqual([false, true, true]);
  expect(facetsWanted({ role: 'ACTION', lane: 'flash', country: 'DJ' })).toEqual([
    'country:DJ',
    'role:ACTION',
  ]);
});
