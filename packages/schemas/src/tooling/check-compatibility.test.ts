import { describe, expect, it } from 'vitest';
import type { AvroEnum, AvroField, AvroRecord } from '../avro-model.ts';
import { compatibilityProblems, pairProblems } from './check-compatibility.ts';

const colour: AvroEnum = {
  type: 'enum',
  name: 'Colour',
  symbols: ['UNKNOWN', 'RED', 'BLUE'],
  default: 'UNKNOWN',
};
const lead: AvroRecord = {
  type: 'record',
  name: 'LeadBody',
  fields: [{ name: 'text', type: 'string', chappe: { maxLength: 100 } }],
};
const base: readonly AvroField[] = [
  { name: 'id', type: 'string', chappe: { maxLength: 36, pattern: '^[a-z]+$' } },
  { name: 'title', type: ['null', 'string'], default: null, chappe: { maxLength: 50 } },
  { name: 'colour', type: colour, default: 'UNKNOWN' },
  { name: 'score', type: 'long', default: 0, chappe: { min: 0, max: 100 } },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
  { name: 'tags', type: { type: 'array', items: 'string' }, default: [], chappe: { maxItems: 5 } },
  { name: 'lead', type: ['null', lead], default: null },
];

const record = (fields: readonly AvroField[]): AvroRecord => ({ type: 'record', name: 'Planted', fields });
const older = record(base);
const withField = (name: string, change: Partial<AvroField>): AvroRecord =>
  record(base.map((field) => (field.name === name ? { ...field, ...change } : field)));
const withColours = (change: Partial<AvroEnum>): AvroRecord =>
  withField('colour', { type: { ...colour, ...change } });

describe('changes that two releases can live with', () => {
  it.each<[string, AvroRecord]>([
    ['nothing', older],
    ['a nullable field', record([...base, { name: 'more', type: ['null', 'string'], default: null }])],
    ['a field with a default', record([...base, { name: 'more', type: 'int', default: 3 }])],
    [
      'a kind as an optional record',
      record([...base, { name: 'hit', type: ['null', { ...lead, name: 'HitBody' }], default: null }]),
    ],
    ['a symbol at the end', withColours({ symbols: ['UNKNOWN', 'RED', 'BLUE', 'GREEN'] })],
    ['a wider bound', withField('title', { chappe: { maxLength: 60 } })],
    ['a dropped pattern', withField('id', { chappe: { maxLength: 36 } })],
    ['another doc', withField('id', { doc: 'Another.' })],
    [
      'a field inside the optional record',
      withField('lead', {
        type: ['null', { ...lead, fields: [...lead.fields, { name: 'x', type: 'int', default: 0 }] }],
      }),
    ],
  ])('%s', (_, newer) => {
    expect(pairProblems(older, newer)).toEqual([]);
  });
});

describe('changes that fail the build', () => {
  it.each<[string, AvroRecord, RegExp]>([
    [
      'a field without a default',
      record([...base, { name: 'more', type: 'string' }]),
      /more: added without a default/,
    ],
    ['a removed field', record(base.slice(0, -1)), /lead: removed or renamed/],
    [
      'a renamed field with defaults on both sides',
      record(base.map((f) => (f.name === 'title' ? { ...f, name: 'heading' } : f))),
      /title: removed or renamed/,
    ],
    ['a narrower number', withField('score', { type: 'int' }), /score: long became int/],
    [
      'a wider number, which the older cannot read',
      withField('score', { type: 'double' }),
      /the older cannot read/,
    ],
    ['a text that may be null', withField('id', { type: ['null', 'string'] }), /id: became nullable/],
    [
      'a text that may no longer be null',
      withField('title', { type: 'string', default: '' }),
      /title: is no longer nullable/,
    ],
    [
      'a removed symbol',
      withColours({ symbols: ['UNKNOWN', 'RED'] }),
      /symbols of Colour were removed or reordered/,
    ],
    [
      'a symbol in the middle',
      withColours({ symbols: ['UNKNOWN', 'GREEN', 'RED', 'BLUE'] }),
      /removed or reordered/,
    ],
    [
      'an enum without its default',
      record(
        base.map((f) =>
          f.name === 'colour'
            ? {
                name: 'colour',
                type: { type: 'enum', name: 'Colour', symbols: ['UNKNOWN', 'RED', 'BLUE'] },
                default: 'UNKNOWN',
              }
            : f,
        ),
      ),
      /must keep the default UNKNOWN/,
    ],
    ['an enum with another default', withColours({ default: 'RED' }), /must keep the default UNKNOWN/],
    ['a renamed enum', withColours({ name: 'Hue' }), /enum Colour became Hue/],
    ['another default', withField('score', { default: 1 }), /score: its default changed/],
    [
      'a default of another kind',
      withField('title', { type: ['string', 'null'], default: '' }),
      /only unions allowed/,
    ],
    [
      'a default that is gone',
      record(base.map((f) => (f.name === 'score' ? { name: 'score', type: 'long' } : f))),
      /score: its default is gone/,
    ],
    [
      'a new kind as a branch of a union',
      withField('lead', { type: ['null', lead, { ...lead, name: 'HitBody' }] }),
      /only unions allowed/,
    ],
    ['a time that became a number', withField('at', { type: 'long' }), /at: is no longer a time/],
    [
      'items of another type',
      withField('tags', { type: { type: 'array', items: 'int' } }),
      /tags\[\]: string became int/,
    ],
    [
      'a renamed record',
      withField('lead', { type: ['null', { ...lead, name: 'Tip' }] }),
      /record LeadBody became Tip/,
    ],
    ['a lower maxLength', withField('title', { chappe: { maxLength: 49 } }), /title: maxLength is narrower/],
    [
      'a maxLength where there was none',
      withField('lead', { chappe: { maxItems: 3 } }),
      /lead: maxItems is narrower/,
    ],
    ['a higher minimum', withField('score', { chappe: { min: 1, max: 100 } }), /score: min is narrower/],
    [
      'another pattern',
      withField('id', { chappe: { maxLength: 36, pattern: '^[A-Z]+$' } }),
      /id: pattern changed/,
    ],
    [
      'a bad change deep inside',
      withField('lead', { type: ['null', { ...lead, fields: [] }] }),
      /Planted\.lead\.text: removed/,
    ],
  ])('%s', (_, newer, problem) => {
    expect(problemsOf(newer)).toMatch(problem);
  });

  it('a change that fits the newest version but not the first', () => {
    const middle = record([...base, { name: 'more', type: 'int', default: 3 }]);
    const last = record([
      ...base,
      { name: 'more', type: 'int', default: 3 },
      { name: 'late', type: 'string' },
    ]);
    expect(compatibilityProblems([older, middle])).toEqual([]);
    const problems = compatibilityProblems([older, middle, last]).join('\n');
    expect(problems).toMatch(/Planted 3 against 1: .*late: added without a default/);
    expect(problems).toMatch(/Planted 3 against 2: .*late: added without a default/);
  });
});

function problemsOf(newer: AvroRecord): string {
  return pairProblems(older, newer).join('\n');
}
