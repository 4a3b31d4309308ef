import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demonstrationFiles, loadDemonstration } from './demonstration.ts';
import { aGrant, anExample, aPerson, aRule, someEntries } from './directory.fixture.ts';
import { judgeDirectoryFiles } from './read-directory-files.ts';
import { readEntries } from './read-entries.ts';
import { writeEntries } from './write-entries.ts';

const issuer = 'https://issuer.test';

describe('writeEntries', () => {
  it('is what reading undoes, for the whole demonstration', () => {
    const entries = loadDemonstration(issuer);
    const written = writeEntries(entries, issuer);
    expect(readEntries(JSON.parse(JSON.stringify(written)), issuer)).toEqual(entries);
    expect(judgeDirectoryFiles([{ name: 'exported.json', content: written }], issuer)).toEqual({
      status: 'sound',
      entries,
    });
    // What is written is not longer than what a person would write.
    const files = JSON.stringify(demonstrationFiles.map(({ content }) => content)).length;
    expect(JSON.stringify(written).length).toBeLessThan(files * 1.05);
  });

  it('leaves out defaults, writes times for people and the own issuer as a placeholder', () => {
    const entries = someEntries({
      persons: [aPerson({ issuer }), aPerson({ personId: 'person-2', issuer: 'https://other.test' })],
      grants: [aGrant({ validFrom: Date.parse('2026-01-01T00:00:00Z'), validUntil: null })],
      rules: [aRule({ examples: [anExample({ matches: false })] })],
    });
    const { persons, grants, rules } = writeEntries(entries, issuer);
    expect(persons.map((each) => Reflect.get(each, 'issuer'))).toEqual(['{issuer}', 'https://other.test']);
    expect(grants[0]).toMatchObject({ validFrom: '2026-01-01T00:00:00.000Z' });
    expect(Object.keys(grants[0] ?? {})).not.toEqual(expect.arrayContaining(['validUntil', 'crimeAreas']));
    expect(rules[0]).toMatchObject({
      match: { crimeAreas: ['COMPUTER_CRIME'] },
      examples: [{ name: 'an example', matches: false }],
    });
    expect(rules[0]).not.toHaveProperty('unless');
    expect(rules[0]).not.toHaveProperty('priority');
  });

  it('loses nothing of any rule and grant', () => {
    const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
    const rule = fc.record({
      priority: fc.integer({ min: 0, max: 1_000_000 }),
      reason: fc.string(),
      validFrom: time,
      validUntil: fc.option(time),
      action: fc.subarray(['desk:cyber', 'post:DJ', 'desk:duty']),
      match: fc.record({ keywords: fc.array(fc.string(), { maxLength: 3 }), countries: fc.subarray(['DJ']) }),
      unless: fc.record({ kinds: fc.subarray(['LEAD', 'REPLY'] as const) }),
      examples: fc.array(
        fc.record({ matches: fc.boolean(), partner: fc.option(fc.constant('partner:x')) }).map(anExample),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(rule, fc.boolean(), (own, mayExercise) => {
        const entries = someEntries({ rules: [aRule(own)], grants: [aGrant({ mayExercise })] });
        expect(readEntries(writeEntries(entries, issuer), issuer)).toEqual(entries);
      }),
    );
  });
});
