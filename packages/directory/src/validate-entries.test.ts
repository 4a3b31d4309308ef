import type { Accessibility, Channel, Urgency } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { countries, countryCodes, isCountry } from './countries.ts';
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
      {
        persons: entries.persons.flatMap((each) => [each, { ...each, personId: 'person-9' }]),
        grants: [...entries.grants, aGrant({ grantId: 'grant-9', holder: 'person-9' })],
      },
    ],
    [
      'duplicate-token-identity',
      { systems: entries.systems.flatMap((each) => [each, { ...each, systemId: 'system-9' }]) },
    ],
    ['unknown-correspondent', { grants: [aGrant({ correspondent: 'post:ZZ' })] }],
    ['unknown-holder', { grants: [aGrant(), aGrant({ grantId: 'g', holder: 'nobody' })] }],
    ['person-without-grant', { grants: [] }],
    ['unknown-holder', { grants: [aGrant(), aGrant({ grantId: 'g', holderKind: 'SYSTEM' })] }],
    ['clearance-above-ceiling', { grants: [aGrant({ clearance: 'SECRET' })] }],
    ['unknown-role', { grants: [aGrant({ role: 'emperor' })] }],
    ['role-not-for-holder', { grants: [aGrant({ role: 'service' })] }],
    [
      'role-not-for-holder',
      {
        grants: [
          aGrant(),
          aGrant({ grantId: 'g', holderKind: 'SYSTEM', holder: 'system-1', role: 'releaser' }),
        ],
      },
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
    ['duplicate', { rules: [aRule(), aRule({ action: ['post:DJ'] })] }],
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
    ['partner-ceiling', withCorrespondent({ type: 'PARTNER', ceiling: 'SECRET' })],
    ['unsafe-text', withCorrespondent({ nameEn: 'Paris\u202etxt' })],
    ['rule-contradicts', { rules: [aRule({ information: ['desk:cyber'] })] }],
    [
      'rule-contradicts',
      { rules: [aRule(), aRule({ ruleId: 'b', action: [], information: ['desk:cyber'] })] },
    ],
    ['rule-repeats', { rules: [aRule(), aRule({ ruleId: 'b' })] }],
    [
      'rule-never-delivers',
      {
        rules: [
          aRule({
            match: { senders: ['desk:cyber'] },
            examples: [anExample({ sender: 'desk:cyber' })],
          }),
        ],
      },
    ],
    [
      'rule-never-delivers',
      {
        rules: [
          aRule({
            match: { classifications: ['SECRET'] },
            examples: [anExample({ classification: 'SECRET' })],
            action: ['post:DJ'],
          }),
        ],
      },
    ],
    ['out-of-bounds', { rules: [aRule({ priority: -1 })] }],
    ['out-of-bounds', { rules: [aRule({ reason: 'x'.repeat(1_001) })] }],
    ['unreadable-time', { rules: [aRule({ validFrom: Number.MAX_SAFE_INTEGER })] }],
    ['unknown-symbol', withDeadline('UNKNOWN', null)],
    ['conflicting-deadlines', withDeadline('ROUTINE', null)],
    ['conflicting-deadlines', withDeadline('ROUTINE', 'DIRECT')],
    ['too-many-entries', { channels: Array.from({ length: 20_001 }, () => someChannel) }],
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

  it('lets rules that ask the same follow one another, and add recipients', () => {
    const later = aRule({ ruleId: 'b', validFrom: 10 });
    expect(codes({ rules: [aRule({ validUntil: 10 }), later] })).toEqual([]);
    expect(codes({ rules: [aRule(), aRule({ ruleId: 'b', action: ['post:DJ'] })] })).toEqual([]);
  });

  it('reports everything at once, each with its entry, its place, and how to mend it', () => {
    const problems = validateEntries(
      someEntries({
        grants: [aGrant(), aGrant({ grantId: 'g', role: 'emperor', holder: 'nobody' })],
        rules: [aRule({ action: ['desk:cyber', 'desk:zz'], examples: [anExample({ countries: ['LB'] })] })],
      }),
    );
    expect(problems.map(({ code, key, file, pointer }) => `${key} ${code} ${file}#${pointer}`)).toEqual([
      'grant/g unknown-holder grants.json#/grants/1/holder',
      'grant/g unknown-role grants.json#/grants/1/role',
      'rule/rule-1 unknown-correspondent rules.json#/rules/0/action/1',
      'rule/rule-1 example-fails rules.json#/rules/0/examples/0',
    ]);
    expect(problems.map(({ detail }) => detail)).toEqual([
      'There is no PERSON nobody: add it, or remove the grant.',
      expect.stringMatching(/^emperor is not a role: write one of officer, /),
      'There is no correspondent desk:zz: add it to correspondents, or write one of theirs.',
      'The example "an example" should match and does not: correct the rule or the example.',
    ]);
  });

  it('shows a bounded number of problems, and says how many more there are', () => {
    const grants = Array.from({ length: 1_500 }, (_, index) =>
      aGrant({ grantId: `g${index}`, holder: 'nobody' }),
    );
    const problems = validateEntries(someEntries({ grants }));
    expect(problems).toHaveLength(1_000);
    expect(problems.at(-1)).toMatchObject({
      code: 'too-many-problems',
      detail: 'There are 502 more problems: mend these first.',
    });
  });
});

const someChannel: Channel = { code: 'x', nameFr: '', nameEn: '', deadlines: [] };

function withDeadline(urgency: Urgency, accessibility: Accessibility | null): Partial<DirectoryEntries> {
  const deadlines = [
    { urgency: 'ROUTINE' as const, accessibility: null, minutes: 5 },
    { urgency, accessibility, minutes: 5 },
  ];
  return { channels: [{ ...someChannel, deadlines }] };
}

describe('countries', () => {
  it('are the 249 of ISO 3166-1, each with a name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(countryCodes.size).toBe(249);
    expect([...countryCodes].filter((code) => names.of(code) === undefined)).toEqual([]);
    expect(['UK', 'XK', 'EU', 'ZZ', 'fr', ''].filter(isCountry)).toEqual([]);
    for (const { code, nameFr, nameEn } of countries.values()) {
      expect([code, nameFr.length > 1, nameEn.length > 1]).toEqual([code, true, true]);
    }
    expect(new Set([...countries.values()].map(({ nameFr }) => nameFr)).size).toBe(249);
  });

  it('have capitals whose coordinates are in degrees', () => {
    const capitals = [...countries.values()].flatMap(({ code, capital }) =>
      capital ? [{ code, ...capital }] : [],
    );
    expect(capitals).toHaveLength(148);
    for (const { code, latitude, longitude } of capitals) {
      expect([code, Math.abs(latitude) < 65, Math.abs(longitude) < 180]).toEqual([code, true, true]);
    }
    expect(countries.get('DJ')).toEqual({
      code: 'DJ',
      nameFr: 'Djibouti',
      nameEn: 'Djibouti',
      capital: { nameFr: 'Djibouti', nameEn: 'Djibouti', latitude: 11.58, longitude: 43.15 },
    });
    expect(countries.get('BR')?.capital).toMatchObject({ latitude: -15.78, longitude: -47.92 });
  });
});
