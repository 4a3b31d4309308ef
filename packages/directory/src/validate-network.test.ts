import type { CoverageShare } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import {
  aCorrespondent,
  aGrant,
  aPosition,
  aReleaseRule,
  aShare,
  aShift,
  someEntries,
} from './directory.fixture.ts';
import type { DirectoryEntries } from './directory-entries.ts';
import { validateEntries } from './validate-entries.ts';

/** Each problem as `code file#pointer`. */
function problems(overrides: Partial<DirectoryEntries>): string[] {
  return validateEntries(someEntries(overrides)).map(
    ({ code, file, pointer }) => `${code} ${file}#${pointer}`,
  );
}

describe('coverage', () => {
  function coverage(
    shares: CoverageShare[],
    countries: string[] = [],
    other: CoverageShare[] = [],
  ): string[] {
    return problems({
      correspondents: [...someEntries().correspondents, aCorrespondent({ code: 'post:ET', shortCode: 'ET' })],
      coverage: [
        { correspondent: 'post:DJ', countries, shares },
        { correspondent: 'post:ET', countries: [], shares: other },
      ],
    });
  }

  it('has one PRIMARY at any time: a theme of its own, a stand-in and a hand-over are sound', () => {
    expect(
      coverage([], ['DJ'], [aShare({ rank: 'SECONDARY' }), aShare({ crimeAreas: ['TERRORISM'] })]),
    ).toEqual([]);
    expect(coverage([aShare({ validUntil: 10 })], [], [aShare({ validFrom: 10 })])).toEqual([]);
    expect(
      coverage(
        [aShare({ crimeAreas: ['TERRORISM'], validUntil: 10 })],
        ['DJ'],
        [aShare({ crimeAreas: ['TERRORISM'], validFrom: 10 })],
      ),
    ).toEqual([]);
  });

  it.each<[string, CoverageShare[], string[], CoverageShare[], string[]]>([
    ['a gap in time', [aShare({ validUntil: 10 })], [], [aShare({ validFrom: 11 })], ['gap /0/shares/0']],
    ['an end without a successor', [aShare({ validUntil: 10 })], [], [], ['gap /0/shares/0']],
    ['nobody but a stand-in', [aShare({ rank: 'SECONDARY' })], [], [], ['gap /0/shares/0']],
    ['a theme without the rest', [aShare({ crimeAreas: ['TERRORISM'] })], [], [], ['gap /0/shares/0']],
    ['two for everything', [], ['DJ'], [aShare()], ['overlap /1/shares/0']],
    [
      'two for a while',
      [aShare({ validUntil: 10 })],
      [],
      [aShare({ validFrom: 9 })],
      ['overlap /1/shares/0'],
    ],
    [
      'two for a theme',
      [aShare({ crimeAreas: ['TERRORISM', 'CORRUPTION'] })],
      ['DJ'],
      [aShare({ crimeAreas: ['CORRUPTION'] })],
      ['overlap /1/shares/0'],
    ],
    [
      'one that lasts over a second and a third',
      [aShare()],
      [],
      [aShare({ validFrom: 1, validUntil: 2 }), aShare({ validFrom: 3, validUntil: 4 })],
      ['overlap /1/shares/0', 'overlap /1/shares/1'],
    ],
  ])('finds %s', (_, shares, countries, other, expected) => {
    expect(coverage(shares, countries, other)).toEqual(
      expected.map((each) => each.replace(/^(\w+) /, 'coverage-$1 coverage.json#/coverage')),
    );
  });

  it('finds unknown countries and posts, shares of nothing, and validity that ends before it begins', () => {
    expect(coverage([aShare({ countries: ['XK'] })])).toEqual([
      'unknown-country coverage.json#/coverage/0/shares/0/countries/0',
    ]);
    expect(coverage([aShare({ countries: [] })])).toEqual([
      'coverage-of-nothing coverage.json#/coverage/0/shares/0/countries',
    ]);
    expect(coverage([aShare({ validFrom: 2, validUntil: 1 })], ['DJ'])).toEqual([
      'empty-validity coverage.json#/coverage/0/shares/0/validUntil',
    ]);
    expect(problems({ coverage: [{ correspondent: 'post:ZZ', countries: ['DJ'], shares: [] }] })).toEqual([
      'unknown-correspondent coverage.json#/coverage/0/correspondent',
    ]);
    expect(coverage([], ['DJ', 'DJ'])).toEqual([
      'duplicate coverage.json#/coverage/0/countries/1',
      'coverage-overlap coverage.json#/coverage/0/countries/1',
    ]);
  });

  it('says which two posts overlap, where and for what', () => {
    const [problem] = validateEntries(
      someEntries({
        coverage: [
          { correspondent: 'post:DJ', countries: ['DJ'], shares: [] },
          { correspondent: 'desk:cyber', countries: ['DJ'], shares: [] },
        ],
      }),
    );
    expect(problem?.detail).toBe(
      'post:DJ and desk:cyber are PRIMARY for DJ, every theme, at once: make one SECONDARY, or end it before.',
    );
  });
});

describe('positions and rota', () => {
  const positions = [aPosition({ backup: 'adjoint' }), aPosition({ code: 'adjoint' })];

  it('are sound when positions, units, holders and hours fit', () => {
    const units = [{ correspondent: 'post:DJ', code: 'ops', nameFr: '', nameEn: '' }];
    expect(problems({ units, positions: [aPosition({ unit: 'ops' })], shifts: [aShift()] })).toEqual([]);
  });

  it.each<[string, Partial<DirectoryEntries>, string[]]>([
    ['an unknown unit', { positions: [aPosition({ unit: 'ops' })] }, ['unknown-unit positions 0/unit']],
    [
      'an unknown backup',
      { positions: [aPosition({ backup: 'x' })] },
      ['unknown-position positions 0/backup'],
    ],
    [
      'a backup of its own',
      { positions: [aPosition({ backup: 'attaché' })] },
      ['backup-cycle positions 0/backup'],
    ],
    [
      'a circle of backups, once',
      {
        positions: [
          aPosition({ backup: 'adjoint' }),
          aPosition({ code: 'adjoint', backup: 'liaison' }),
          aPosition({ code: 'liaison', backup: 'adjoint' }),
        ],
      },
      ['backup-cycle positions 1/backup'],
    ],
    ['a position twice', { positions: [...positions, aPosition()] }, ['duplicate positions 2/code']],
    [
      'a grant in a position that its post does not have',
      { positions, grants: [aGrant({ position: 'consul' })] },
      ['unknown-position grants 0/position'],
    ],
    ['a shift of an unknown position', { shifts: [aShift()] }, ['unknown-position shifts 0/position']],
    [
      'a shift that nobody can take',
      { positions, shifts: [aShift({ position: 'adjoint' })] },
      ['shift-without-holder shifts 0/position'],
    ],
    ['a shift on no day', { positions, shifts: [aShift({ days: [] })] }, ['shift-never-runs shifts 0/days']],
    [
      'a shift of a status without rota',
      { positions, shifts: [aShift({ status: 'TEST' })] },
      ['shift-never-runs shifts 0/status'],
    ],
    [
      'an unknown time zone',
      { positions, shifts: [aShift({ timeZone: 'Mars/Olympus' })] },
      ['unknown-time-zone shifts 0/timeZone'],
    ],
    [
      'an offset, which knows no summer time',
      { positions, shifts: [aShift({ timeZone: '+02:00' })] },
      ['unknown-time-zone shifts 0/timeZone'],
    ],
    [
      'an impossible hour',
      { positions, shifts: [aShift({ endsAt: '24:30' })] },
      ['malformed-code shifts 0/endsAt'],
    ],
    [
      'an absence of nobody',
      { absences: [{ absenceId: 'a', person: 'nobody', validFrom: 0, validUntil: 1 }] },
      ['unknown-holder absences 0/person'],
    ],
  ])('find %s', (_, overrides, expected) => {
    expect(problems(overrides)).toEqual(
      expected.map((each) => each.replace(/^(\S+) (\w+) /, '$1 $2.json#/$2/')),
    );
  });

  it('leave no hour of the week without the duty desk, once it has a rota', () => {
    const desk = (hours: Partial<Parameters<typeof aShift>[0] & object>) =>
      aShift({ correspondent: 'desk:duty', position: 'watch', ...hours });
    const rota = (...shifts: ReturnType<typeof desk>[]) =>
      validateEntries(
        someEntries({
          positions: [aPosition({ correspondent: 'desk:duty', code: 'watch' })],
          grants: [aGrant({ correspondent: 'desk:duty', position: 'watch' })],
          shifts: shifts.map((each, index) => ({ ...each, shiftId: `${index}` })),
        }),
      ).map(({ code, detail }) => `${code} ${detail.split(':').slice(0, 2).join(':')}`);
    const day = desk({ startsAt: '08:00', endsAt: '20:00' });
    const night = desk({ startsAt: '20:00', endsAt: '08:00' });
    expect(rota(day, night)).toEqual([]);
    expect(rota(day, { ...night, endsAt: '07:00' })[0]).toBe(
      'rota-gap Nobody is on duty on MONDAY from 07:00',
    );
    expect(rota(day, { ...night, days: night.days.slice(0, 6) })[0]).toBe(
      'rota-gap Nobody is on duty on MONDAY from 00:00',
    );
    expect(rota({ ...day, status: 'EXERCISE' })).toEqual([]);
  });
});

describe('release rules', () => {
  it.each<[string, ReturnType<typeof aReleaseRule>[], string[]]>([
    ['nothing in a sound one', [aReleaseRule({ destinations: ['desk:cyber'] })], []],
    ['no role', [aReleaseRule({ roles: [] })], ['release-rule-without-role 0/roles']],
    ['a role that sees no content', [aReleaseRule({ roles: ['auditor'] })], ['unknown-role 0/roles/0']],
    [
      'an unknown destination',
      [aReleaseRule({ destinations: ['x:y'] })],
      ['unknown-correspondent 0/destinations/0'],
    ],
    ['no reason', [aReleaseRule({ reason: '' })], ['rule-without-reason 0/reason']],
    [
      'two that leave nobody who may release',
      [aReleaseRule(), aReleaseRule({ releaseRuleId: 'b', roles: ['desk-head'] })],
      ['release-rule-contradicts 1/roles'],
    ],
    [
      'nothing in two that never meet',
      [
        aReleaseRule({ kinds: ['LEAD'] }),
        aReleaseRule({ releaseRuleId: 'b', kinds: ['REPLY'], roles: ['desk-head'] }),
      ],
      [],
    ],
  ])('find %s', (_, releaseRules, expected) => {
    expect(problems({ releaseRules })).toEqual(
      expected.map((each) => each.replace(' ', ' releaseRules.json#/releaseRules/')),
    );
  });
});
