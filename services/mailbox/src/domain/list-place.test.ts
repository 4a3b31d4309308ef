import { expect, test } from 'vitest';
import { formatPlace, lanesFrom, parsePlace } from './list-place.ts';

test.each([
  { epoch: 1, lane: null, number: 0 },
  { epoch: 12, lane: 'flash' as const, number: 42 },
  { epoch: 3, lane: 'routine' as const, number: 999_999_999_999_999 },
])('a place %j is read as it was written', (place) => {
  expect(parsePlace(formatPlace(place))).toEqual(place);
});

test.each(['', '1', '1.-', '1.-.x', '-1.-.1', '1.slow.1', '1.-.1 ', '1.-.1234567890123456'])(
  'what nobody wrote, %j, is no place',
  (text) => {
    expect(parsePlace(text)).toBeNull();
  },
);

test('a list by urgency goes through the lanes that are left', () => {
  expect(lanesFrom(null)).toEqual(['flash', 'urgent', 'routine']);
  expect(lanesFrom('urgent')).toEqual(['urgent', 'routine']);
});
