import type { Absence } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { aGrant, aPerson, aPosition, aShift, snapshotOf, someEntries } from './directory.fixture.ts';
import type { DirectoryEntries } from './directory-entries.ts';
import { onDuty, runs } from './duty-rota.ts';

const chain = [
  aPosition({ code: 'attaché', backup: 'adjoint' }),
  aPosition({ code: 'adjoint', backup: 'liaison' }),
  aPosition({ code: 'liaison' }),
];
const holders = ['attaché', 'adjoint', 'liaison'];

/** A post with a chain of three positions, each held by the person of its name. */
function callable(overrides: Partial<DirectoryEntries> = {}, atMs = Date.parse('2026-06-01T10:00:00Z')) {
  const entries = someEntries({
    positions: chain,
    persons: holders.map((personId) => aPerson({ personId })),
    grants: holders.map((each) => aGrant({ grantId: each, holder: each, position: each })),
    shifts: [aShift()],
    ...overrides,
  });
  return onDuty(snapshotOf(entries), { correspondent: 'post:DJ', status: 'ACTUAL', atMs });
}

function away(...persons: string[]): Absence[] {
  return persons.map((person) => ({ absenceId: person, person, validFrom: 0, validUntil: null }));
}

describe('who is on duty', () => {
  it('is whoever holds the position of the rota', () => {
    expect(callable()).toEqual([
      { shiftId: 'shift-1', position: 'attaché', persons: ['attaché'], standsInFor: [] },
    ]);
  });

  it('is the first backup with somebody there, when nobody else is', () => {
    expect(callable({ absences: away('attaché') })[0]).toMatchObject({
      persons: ['adjoint'],
      standsInFor: ['attaché'],
    });
    expect(callable({ absences: away('attaché', 'adjoint') })[0]).toMatchObject({
      persons: ['liaison'],
      standsInFor: ['attaché', 'adjoint'],
    });
    expect(callable({ absences: away(...holders) })).toEqual([]);
  });

  it('is nobody who is suspended, or whose grant has ended', () => {
    const persons = holders.map((personId) => aPerson({ personId, suspended: personId === 'attaché' }));
    expect(callable({ persons })[0]?.persons).toEqual(['adjoint']);
    const grants = holders.map((each) =>
      aGrant({ grantId: each, holder: each, position: each, validUntil: each === 'attaché' ? 1 : null }),
    );
    expect(callable({ grants })[0]?.persons).toEqual(['adjoint']);
  });

  it('ends with backups that go round in a circle', () => {
    const positions = chain.map((each) => (each.code === 'liaison' ? { ...each, backup: 'attaché' } : each));
    expect(callable({ positions, absences: away(...holders) })).toEqual([]);
  });

  it('is another for exercises', () => {
    const shifts = [aShift({ status: 'EXERCISE', position: 'liaison' })];
    const snapshot = snapshotOf(
      someEntries({
        positions: chain,
        shifts,
        persons: [aPerson({ personId: 'liaison' })],
        grants: [aGrant({ holder: 'liaison', position: 'liaison' })],
      }),
    );
    const question = { correspondent: 'post:DJ', atMs: 0 } as const;
    expect(onDuty(snapshot, { ...question, status: 'EXERCISE' })[0]?.persons).toEqual(['liaison']);
    expect(onDuty(snapshot, { ...question, status: 'ACTUAL' })).toEqual([]);
    expect(onDuty(snapshot, { ...question, status: 'EXERCISE', correspondent: 'desk:cyber' })).toEqual([]);
  });

  it('follows the validity of a shift', () => {
    const shifts = [aShift({ validFrom: 10, validUntil: 20 })];
    expect([9, 10, 19, 20].map((atMs) => callable({ shifts }, atMs).length)).toEqual([0, 1, 1, 0]);
  });
});

describe('a shift', () => {
  const night = aShift({ days: ['SATURDAY'], startsAt: '20:00', endsAt: '08:00' });
  const at = (time: string) => Date.parse(time);

  it.each([
    ['on its day before it begins', '2026-06-06T19:59+02:00', false],
    ['when it begins', '2026-06-06T20:00+02:00', true],
    ['after midnight, on the next day', '2026-06-07T07:59+02:00', true],
    ['when it ends', '2026-06-07T08:00+02:00', false],
    ['on the evening after', '2026-06-07T20:00+02:00', false],
    ['on the morning of its own day', '2026-06-06T07:00+02:00', false],
  ])('across midnight, %s', (_, time, expected) => {
    expect(runs(night, at(time))).toBe(expected);
  });

  it('lasts an hour less in the night that loses one, and ends when the clock says so', () => {
    // 29 March 2026 in Paris: 02:00 becomes 03:00.
    const hours = countHours(night, '2026-03-28T12:00Z', '2026-03-29T12:00Z');
    expect(hours).toBe(11);
    expect(runs(night, at('2026-03-29T05:59Z'))).toBe(true);
    expect(runs(night, at('2026-03-29T06:00Z'))).toBe(false);
  });

  it('lasts an hour more in the night that has one twice', () => {
    // 25 October 2026 in Paris: 03:00 becomes 02:00.
    expect(countHours(night, '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toBe(13);
    expect(
      countHours(aShift({ startsAt: '02:00', endsAt: '03:00' }), '2026-10-25T00:00Z', '2026-10-25T12:00Z'),
    ).toBe(2);
    expect(
      countHours(aShift({ startsAt: '02:00', endsAt: '03:00' }), '2026-03-29T00:00Z', '2026-03-29T12:00Z'),
    ).toBe(0);
  });

  it('goes by the clock of its own place', () => {
    const morning = (timeZone: string) => aShift({ startsAt: '08:00', endsAt: '09:00', timeZone });
    expect(runs(morning('Africa/Djibouti'), at('2026-06-01T05:30Z'))).toBe(true);
    expect(runs(morning('America/New_York'), at('2026-06-01T12:30Z'))).toBe(true);
    expect(runs(morning('America/New_York'), at('2026-12-01T13:30Z'))).toBe(true);
    expect(runs(morning('Asia/Kathmandu'), at('2026-06-01T02:15Z'))).toBe(true);
  });

  it('lasts the whole day when it ends as it begins, and never runs in a zone that is unknown', () => {
    const monday = aShift({ days: ['MONDAY'], startsAt: '08:00', endsAt: '08:00', timeZone: 'UTC' });
    expect(countHours(monday, '2026-06-01T00:00Z', '2026-06-03T00:00Z')).toBe(24);
    expect(
      countHours({ ...monday, timeZone: 'Mars/Olympus' }, '2026-06-01T00:00Z', '2026-06-03T00:00Z'),
    ).toBe(0);
  });

  function countHours(shift: typeof night, from: string, until: string): number {
    const quarterMs = 15 * 60_000;
    let quarters = 0;
    for (let now = at(from); now < at(until); now += quarterMs) if (runs(shift, now)) quarters += 1;
    return quarters / 4;
  }
});
