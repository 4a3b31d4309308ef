import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demonstrationFiles } from './demonstration.ts';
import { type DirectoryFile, judgeDirectoryFiles } from './read-directory-files.ts';

const issuer = 'https://issuer.test';
const sound = structuredClone(demonstrationFiles);

/** Every problem of the demonstration with one more file, as `code file#pointer`. */
function problemsWith(content: unknown): string[] {
  const judged = judgeDirectoryFiles([...sound, { name: 'added.json', content }], issuer);
  return judged.status === 'sound'
    ? []
    : judged.problems.map(({ code, file, pointer }) => `${code} ${file}#${pointer}`);
}

const person = { personId: 'person-x', issuer: '{issuer}', subject: 'x', displayName: 'X (invented)' };
const grant = {
  grantId: 'grant-x',
  holderKind: 'PERSON',
  holder: 'person-x',
  correspondent: 'post:DJ',
  role: 'officer',
  position: 'attaché',
  clearance: 'RESTRICTED',
  validFrom: '2026-01-01T00:00:00Z',
};

describe('the files of a directory', () => {
  it('may be divided in any way', () => {
    expect(problemsWith({ notice: 'Invented.', persons: [person], grants: [grant] })).toEqual([]);
    const [first, ...others] = sound;
    const judged = judgeDirectoryFiles([...others, ...(first === undefined ? [] : [first])], issuer);
    expect(judged.status).toBe('sound');
  });

  it.each<[string, object, string]>([
    ['a field that nobody knows', { ...grant, 'may/~': true }, 'unknown-field /may~1~0'],
    ['a wrong type', { ...grant, mayExercise: 'yes' }, 'malformed-field /mayExercise'],
    ['a list that is none', { ...grant, crimeAreas: 'TERRORISM' }, 'malformed-field /crimeAreas'],
    ['a symbol that is none', { ...grant, crimeAreas: ['TERORISM'] }, 'unknown-symbol /crimeAreas/0'],
    ['a time without offset', { ...grant, validUntil: '2027-01-01T00:00:00' }, 'unreadable-time /validUntil'],
    ['a day that is none', { ...grant, validUntil: '2027-02-31T25:00:00Z' }, 'unreadable-time /validUntil'],
    ['a missing field', { ...grant, validFrom: undefined }, 'missing-field /validFrom'],
    ['a text beyond its bounds', { ...grant, grantId: 'x'.repeat(121) }, 'out-of-bounds /grantId'],
    [
      'a repetition in a list',
      { ...grant, crimeAreas: ['TERRORISM', 'TERRORISM'] },
      'duplicate /crimeAreas/1',
    ],
    [
      'an end before the beginning',
      { ...grant, validUntil: '2025-01-01T00:00:00Z' },
      'empty-validity /validUntil',
    ],
  ])('are refused for %s, with the place', (_, changed, expected) => {
    const [code, pointer] = expected.split(' ');
    const plain = JSON.parse(JSON.stringify({ persons: [person], grants: [changed] }));
    expect(problemsWith(plain)).toEqual([`${code} added.json#/grants/0${pointer}`]);
  });

  it.each<[string, string]>([
    ['a direction mark', 'Nemo \u202e(fictif)'],
    ['an isolate', 'Nemo \u2066x\u2069'],
    ['an invisible character', 'Ne\u200bmo'],
    ['a control character', 'Ne\u0007mo'],
    ['letters of two scripts', 'N\u0435mo'],
    ['Greek in Latin', 'Nem\u03bf'],
    ['accents that are not composed', 'Ele\u0301onore'],
  ])('are refused for a name with %s', (_, displayName) => {
    expect(problemsWith({ persons: [{ ...person, displayName }], grants: [grant] })).toEqual([
      'unsafe-text added.json#/persons/0/displayName',
    ]);
  });

  it.each(['Éléonore N’Guessan', 'Ольга Петрова', '東京 タワー', 'محمد علي', 'Ξένια Ζώη'])(
    'take the name %s',
    (displayName) => {
      expect(problemsWith({ persons: [{ ...person, displayName }], grants: [grant] })).toEqual([]);
    },
  );

  it.each<[string, unknown, string[]]>([
    ['no object', [], ['not-a-directory-file #']],
    ['nothing', null, ['not-a-directory-file #']],
    ['a list that a directory does not have', { people: [] }, ['unknown-field #/people']],
    ['a list that is none', { persons: {} }, ['malformed-field #/persons']],
    [
      'an entry that is none',
      { persons: [person, null, 7] },
      ['malformed-field #/persons/1', 'malformed-field #/persons/2'],
    ],
    ['too many entries', { rules: Array.from({ length: 20_000 }, () => ({})) }, ['too-many-entries #/rules']],
  ])('are refused for %s', (_, content, expected) => {
    expect(problemsWith(content)).toEqual(expected.map((each) => each.replace(' ', ' added.json')));
  });

  it('report everything at once, across files', () => {
    expect(
      problemsWith({
        persons: [person],
        rules: [{ ruleId: 'r', author: 'x', validFrom: 'soon', match: {} }],
      }),
    ).toEqual([
      'unreadable-time added.json#/rules/0/validFrom',
      'person-without-grant added.json#/persons/0',
      'rule-without-recipient added.json#/rules/0',
      'rule-without-condition added.json#/rules/0/match',
      'rule-without-reason added.json#/rules/0/reason',
      'rule-without-example added.json#/rules/0/examples',
    ]);
  });

  it('never make reading fail, whatever they hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (entry, other) => {
        const lists = ['grants', 'rules', 'coverage', 'shifts', 'releaseRules', 'positions', 'channels'];
        const files: DirectoryFile[] = lists.map((list) => ({
          name: `${list}.json`,
          content: { [list]: [entry, { match: entry, days: other, shares: [entry], deadlines: [other] }] },
        }));
        expect(judgeDirectoryFiles(files, issuer).status).toBe('refused');
      }),
    );
  });
});
