import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AvroNamed, AvroRecord } from '../avro-model.ts';
import { schemaTable } from '../codec/schema-table.ts';
import { recordNames } from '../record-names.ts';
import { assemble, readSources } from './assemble-sources.ts';
import { compatibilityProblems } from './check-compatibility.ts';
import { sourceProblems } from './check-sources.ts';
import {
  appendOnlyProblems,
  freezeVersion,
  type LockEntry,
  lockProblems,
  readVersions,
} from './version-files.ts';

const packageFolder = new URL('../../', import.meta.url);
const sources = readSources(new URL('avro/', packageFolder));

describe('the sources', () => {
  it('keep the rules', () => {
    expect(sourceProblems(sources)).toEqual([]);
  });

  it.each<[string, AvroNamed, RegExp]>([
    [
      'an enum without the default',
      { type: 'enum', name: 'X', doc: 'x', symbols: ['UNKNOWN'] },
      /X: an enum starts/,
    ],
    [
      'an enum with UNKNOWN at the end',
      { type: 'enum', name: 'X', doc: 'x', default: 'UNKNOWN', symbols: ['A', 'UNKNOWN'] },
      /X: an enum/,
    ],
    ['a union', planted({ type: ['null', 'string', 'int'], default: null }), /X\.f: the only unions/],
    ['an unbounded text', planted({ type: 'string' }), /X\.f: a string needs maxLength/],
    [
      'an unbounded list',
      planted({ type: { type: 'array', items: 'int' }, default: [] }),
      /X\.f: an array needs maxItems/,
    ],
    [
      'a list without default',
      planted({ type: { type: 'array', items: 'int' }, chappe: { maxItems: 3 } }),
      /has the default \[\]/,
    ],
    [
      'a nullable field without default',
      planted({ type: ['null', 'int'] }),
      /X\.f: a nullable field has the default null/,
    ],
    ['an unknown name', planted({ type: 'Nowhere' }), /X\.f: unknown Avro type Nowhere/],
    [
      'a body of no kind',
      { ...planted({ type: 'int' }), name: 'Lead', chappe: { kind: 'POEM' } },
      /no body for the kind LEAD/,
    ],
  ])('may not hold %s', (_, definition, problem) => {
    expect(sourceProblems(new Map([...sources, [definition.name, definition]])).join('\n')).toMatch(problem);
  });

  it('assemble into schemas that stand alone', () => {
    for (const record of recordNames) {
      const text = JSON.stringify(assemble(record, sources));
      for (const name of sources.keys()) {
        const uses = text.split(`"name":"${name}","namespace"`).length - 1;
        expect(uses, `${record} defines ${name}`).toBeLessThanOrEqual(1);
      }
    }
    expect(() =>
      assemble('Receipt', new Map([...sources].filter(([name]) => name !== 'ReceiptType'))),
    ).toThrow('Receipt uses ReceiptType, which no source defines');
  });
});

describe('the frozen versions', () => {
  const { versions, problems } = readVersions(packageFolder);

  it('fit their lock, the sources and one another', () => {
    expect(problems).toEqual([]);
    for (const record of recordNames) {
      const line = versions.filter((version) => version.record === record).map((version) => version.schema);
      expect(line.length).toBeGreaterThan(0);
      expect(compatibilityProblems([...line, assemble(record, sources)])).toEqual([]);
    }
  });

  it('are those that the codec carries', () => {
    expect(schemaTable.versions.map(({ id, record, version }) => ({ id, record, version }))).toEqual(
      versions.map(({ id, record, version }) => ({ id, record, version })),
    );
  });
});

describe('the lock', () => {
  const entry = (id: number, record: LockEntry['record'], version: number, fingerprint = 'f'): LockEntry => ({
    id,
    record,
    version,
    fingerprint,
  });
  const published = [entry(1001, 'Message', 1), entry(1002, 'Receipt', 1)];

  it('counts ids and versions up', () => {
    expect(lockProblems([...published, entry(1003, 'Message', 2)])).toEqual([]);
    expect(lockProblems([entry(1002, 'Message', 1), entry(1001, 'Receipt', 1)])).toEqual([
      'lock.json: id 1001 does not come after 1002',
    ]);
    expect(lockProblems([entry(1001, 'Message', 2)])).toEqual(['lock.json: Message 2 does not follow 0']);
  });

  it('is only added to, at the end', () => {
    expect(appendOnlyProblems(published, [...published, entry(1003, 'Message', 2)])).toEqual([]);
    expect(appendOnlyProblems(published, [entry(1001, 'Message', 1)])).toHaveLength(1);
    expect(
      appendOnlyProblems(published, [entry(1001, 'Message', 1, 'other'), ...published.slice(1)]),
    ).toHaveLength(1);
    expect(appendOnlyProblems(published, [...published].reverse())).toHaveLength(2);
  });
});

describe('freezing', () => {
  let folder: string;
  let url: URL;
  const first: AvroRecord = { type: 'record', name: 'Receipt', fields: [{ name: 'a', type: 'int' }] };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chappe-schemas-'));
    mkdirSync(join(folder, 'avro/versions'), { recursive: true });
    url = pathToFileURL(`${folder}/`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('adds a file and a line, and changes no earlier one', () => {
    freezeVersion(url, 'Receipt', first);
    const before = readFileSync(join(folder, 'avro/versions/Receipt.1.avsc'), 'utf8');
    freezeVersion(url, 'Decision', { ...first, name: 'Decision' });
    freezeVersion(url, 'Receipt', { ...first, doc: 'second' });
    const { versions, problems } = readVersions(url);
    expect(problems).toEqual([]);
    expect(versions.map(({ id, record, version }) => [id, record, version])).toEqual([
      [1001, 'Receipt', 1],
      [1002, 'Decision', 1],
      [1003, 'Receipt', 2],
    ]);
    expect(readFileSync(join(folder, 'avro/versions/Receipt.1.avsc'), 'utf8')).toBe(before);
  });

  it('is undone by nobody unnoticed: an edited, missing or stray file is a problem', () => {
    freezeVersion(url, 'Receipt', first);
    writeFileSync(join(folder, 'avro/versions/Receipt.1.avsc'), JSON.stringify({ ...first, doc: 'edited' }));
    writeFileSync(join(folder, 'avro/versions/Receipt.9.avsc'), '{}');
    expect(readVersions(url).problems).toEqual([
      'avro/versions/Receipt.9.avsc is not in lock.json',
      'avro/versions/Receipt.1.avsc does not have the fingerprint of lock.json: frozen files never change',
    ]);
    rmSync(join(folder, 'avro/versions/Receipt.1.avsc'));
    expect(readVersions(url).problems).toContain('avro/versions/Receipt.1.avsc is missing');
  });
});

function planted(field: Partial<AvroRecord['fields'][number]>): AvroRecord {
  return { type: 'record', name: 'X', doc: 'x', fields: [{ name: 'f', type: 'int', doc: 'x', ...field }] };
}
