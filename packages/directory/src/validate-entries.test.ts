import { describe, expect, it } from 'vitest';
import { countryCodes, isCountry } from './countries.ts';
import { aCorrespondent, aGrant, anExample, aRule, someEntries } from './directory.fixture.ts';
import type { DirectoryEntries } from './directory-entries.ts';
import { validateEntries } from './validate-entries.ts';

const entries = someEntries();

function codes(overrides: Partial<DirectoryEntries>): string[] {
  return [...new Set(validateEntries(someEntries(overrides)).map((problem) => problem.code))].sort();
}

function withCorrespondent(overrides: Parameters<typeof aCorrespondent>[0]): Partial<DirectoryEntries> {
  return {
    correspondents: [
      ...entries.correspondents,
      aCorrespondent({ code: 'post:X', shortCode: 'XX', ...overrides }),
    ],
  };
}

describe('validateEntries', () => {
  it('finds nothing wrong with a sound release', () => {
    expect(validateEntries(entries)).toEqual([]);
  });

  it.each<[string, Partial<DirectoryEntries>]>([
    ['duplicate', withCorrespondent({ code: 'post:DJ' })],
    ['duplicate-short-code', withCorrespondent({ shortCode: 'DJ' })],
    ['malformed-code', withCorrespondent({ code: 'Post X' })],
    ['malformed-code', withCorrespondent({ shortCode: 'x' })],
    ['unknown-country', withCorrespondent({ country: 'ZZ' })],
    ['unknown-symbol', withCorrespondent({ ceiling: 'UNKNOWN' })],
    ['several-duty-desks', withCorrespondent({ type: 'DESK', dutyDesk: true })],
    [
      'no-duty-desk',
      { correspondents: entries.correspondents.map((each) => ({ ...each, dutyDesk: false })) },
    ],
    [
      'duty-desk-unusable',
      { correspondents: entries.correspondents.map((each) => ({ ...each, suspended: each.dutyDesk })) },
    ],
    ['unknown-country', { coverage: [{ correspondent: 'post:DJ', countries: ['XK'], shares: [] }] }],
    ['unknown-correspondent', { coverage: [{ correspondent: 'post:ZZ', countries: ['FR'], shares: [] }] }],
    ['duplicate', { coverage: [...entries.coverage, ...entries.coverage] }],
    [
      'duplicate-token-identity',
      { persons: entries.persons.flatMap((each) => [each, { ...each, personId: 'person-9' }]) },
    ],
    [
      'duplicate-token-identity',
      { systems: entries.systems.flatMap((each) => [each, { ...each, systemId: 'system-9' }]) },
    ],
    ['unknown-correspondent', { grants: [aGrant({ correspondent: 'post:ZZ' })] }],
    ['unknown-holder', { grants: [aGrant({ holder: 'nobody' })] }],
    ['unknown-holder', { grants: [aGrant({ holderKind: 'SYSTEM' })] }],
    ['unknown-role', { grants: [aGrant({ role: 'emperor' })] }],
    ['role-not-for-holder', { grants: [aGrant({ role: 'service' })] }],
    [
      'role-not-for-holder',
      { grants: [aGrant({ holderKind: 'SYSTEM', holder: 'system-1', role: 'releaser' })] },
    ],
    ['empty-validity', { grants: [aGrant({ validFrom: 5, validUntil: 5 })] }],
    ['unknown-symbol', { grants: [aGrant({ clearance: 'UNKNOWN' })] }],
    [
      'forbidden-combination',
      { grants: [aGrant(), aGrant({ grantId: 'g', role: 'operator', correspondent: 'desk:duty' })] },
    ],
    [
      'forbidden-combination',
      { grants: [aGrant({ role: 'auditor' }), aGrant({ grantId: 'g', role: 'directory-admin' })] },
    ],
    ['duplicate', { rules: [aRule(), aRule()] }],
    ['unknown-correspondent', { rules: [aRule({ action: ['desk:zz'] })] }],
    ['unknown-correspondent', { rules: [aRule({ unless: { senders: ['post:ZZ'] } })] }],
    [
      'unknown-country',
      {
        rules: [
          aRule({
            match: { countries: ['UK'], crimeAreas: ['COMPUTER_CRIME'] },
            examples: [anExample({ countries: ['UK'], crimeAreas: ['COMPUTER_CRIME'] })],
          }),
        ],
      },
    ],
    ['rule-without-recipient', { rules: [aRule({ action: [] })] }],
    ['rule-without-condition', { rules: [aRule({ match: {} })] }],
    ['rule-without-reason', { rules: [aRule({ reason: ' ' })] }],
    ['rule-without-example', { rules: [aRule({ examples: [] })] }],
    ['empty-validity', { rules: [aRule({ validFrom: 5, validUntil: 4 })] }],
    [
      'example-fails',
      {
        rules: [
          aRule({
            examples: [
              anExample({ crimeAreas: ['COMPUTER_CRIME'] }),
              anExample({ crimeAreas: ['TERRORISM'] }),
            ],
          }),
        ],
      },
    ],
    [
      'example-fails',
      {
        rules: [
          aRule({
            examples: [
              anExample({ crimeAreas: ['COMPUTER_CRIME'] }),
              anExample({ crimeAreas: ['COMPUTER_CRIME'], matches: false }),
            ],
          }),
        ],
      },
    ],
    [
      'invalid-deadline',
      {
        channels: [
          {
            code: 'x',
            nameFr: '',
            nameEn: '',
            deadlines: [{ urgency: 'UNKNOWN', accessibility: null, minutes: 5 }],
          },
        ],
      },
    ],
  ])('finds %s', (code, overrides) => {
    expect(codes(overrides)).toEqual([code]);
  });

  it('finds a rule that excludes all that it asks for', () => {
    const rule = aRule({
      match: { countries: ['LB', 'SY'], crimeAreas: ['COMPUTER_CRIME'] },
      unless: { countries: ['FR', 'LB', 'SY'] },
    });
    expect(codes({ rules: [rule] })).toContain('rule-never-matches');
    const possible = { ...rule, unless: { ...rule.unless, countries: ['LB'] } };
    expect(codes({ rules: [possible] })).not.toContain('rule-never-matches');
  });

  it('lets roles follow one another that may not coincide', () => {
    const grants = [aGrant({ validUntil: 10 }), aGrant({ grantId: 'g', role: 'operator', validFrom: 10 })];
    expect(codes({ grants })).toEqual([]);
  });

  it('reports everything at once, naming the entry', () => {
    const problems = validateEntries(
      someEntries({
        grants: [aGrant({ role: 'emperor', holder: 'nobody' })],
        rules: [aRule({ action: ['desk:zz'] })],
      }),
    );
    expect(problems.map(({ code, key }) => `${key} ${code}`)).toEqual([
      'grant/grant-1 unknown-holder',
      'grant/grant-1 unknown-role',
      'rule/rule-1 unknown-correspondent',
    ]);
  });
});

describe('countries', () => {
  it('are the 249 of ISO 3166-1, each with a name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(countryCodes.size).toBe(249);
    expect([...countryCodes].filter((code) => names.of(code) === undefined)).toEqual([]);
    expect(['UK', 'XK', 'EU', 'ZZ', 'fr', ''].filter(isCountry)).toEqual([]);
  });
});
