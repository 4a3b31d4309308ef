import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audience } from './audience.ts';
import { audienceSql } from './audience-sql.ts';
import { anySubject } from './blank-message.fixture.ts';

const columns = {
  isRelated: (correspondent: string, relations: string) =>
    `relations_of(m, ${correspondent}) && ${relations}`,
  excluded: (correspondent: string) => `${correspondent} = ANY(m.excluded)`,
  classification: 'm.classification',
  crimeAreas: 'm.crime_areas',
  tlp: 'm.tlp',
  handling: 'm.handling',
  thirdPartyRule: 'm.third_party_rule',
  attentionPositions: 'm.attention_positions',
};

describe('audienceSql', () => {
  it('is false for an empty audience', () => {
    expect(audienceSql({ correspondent: 'post:CI', anyOf: [] }, columns, 1)).toEqual({
      text: 'false',
      values: [],
    });
  });

  it('numbers its parameters from the one asked for, each used, none missing, none inlined', () => {
    fc.assert(
      fc.property(anySubject, fc.integer({ min: 1, max: 20 }), (subject, first) => {
        const { text, values } = audienceSql(audience(subject, 'archive.read'), columns, first);
        const used = new Set([...text.matchAll(/\$(\d+)::/g)].map((found) => Number(found[1])));
        expect([...used].sort((a, b) => a - b)).toEqual(values.map((_value, index) => first + index));
        for (const value of values.flat()) {
          if (value !== 'AMBER') expect(text).not.toContain(`'${String(value)}'`);
        }
      }),
    );
  });

  it('treats an absent TLP as AMBER where TLPs are limited', () => {
    const clause = {
      relations: ['THREAD' as const],
      classifications: ['RESTRICTED'],
      crimeAreas: ['TERRORISM'],
      tlps: ['AMBER'],
      handling: ['H0'],
      thirdPartyRule: false,
      position: 'x',
    };
    expect(audienceSql({ correspondent: 'desk:cyber', anyOf: [clause] }, columns, 1).text).toBe(
      '(NOT ($1::text = ANY(m.excluded)) AND (((relations_of(m, $1::text) && $2::text[]) AND ' +
        'm.classification = ANY($3::text[]) AND ' +
        '(m.attention_positions IS NULL OR $4::text = ANY(m.attention_positions)) AND ' +
        '(cardinality(m.crime_areas) = 0 OR m.crime_areas && $5::text[]) AND ' +
        "COALESCE(m.tlp, 'AMBER') = ANY($6::text[]) AND m.handling <@ $7::text[] AND NOT m.third_party_rule)))",
    );
  });
});
