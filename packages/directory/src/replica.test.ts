import type { DirectoryRecord, Manifest, RuleExample } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCorrespondent, aHeader, anExample, aRule, replicaOf, someEntries } from './directory.fixture.ts';
import { buildRelease, recordForm, releaseDigest } from './release.ts';
import {
  applyDirectoryRecord,
  currentSnapshot,
  emptyReplica,
  type ReplicaState,
  type ReplicaStep,
} from './replica.ts';

const first = buildRelease(someEntries(), aHeader());
const firstSha256 = manifestOf(first).sha256;
const second = buildRelease(
  someEntries({ rules: [aRule({ reason: 'changed' })] }),
  aHeader({ number: 2, previousSha256: firstSha256 }),
);

function manifestOf(records: readonly DirectoryRecord[]): Manifest {
  const manifest = records.at(-1)?.manifest;
  if (!manifest) throw new Error('a release ends with its manifest');
  return manifest;
}

function withManifest(records: readonly DirectoryRecord[], change: Partial<Manifest>): DirectoryRecord[] {
  return records.map((record) =>
    record.manifest === null ? record : { ...record, manifest: { ...record.manifest, ...change } },
  );
}

function readAll(records: readonly DirectoryRecord[], from: ReplicaState = emptyReplica()): ReplicaStep {
  let step: ReplicaStep = { state: from, event: 'buffered' };
  for (const record of records) step = applyDirectoryRecord(step.state, record);
  return step;
}

describe('a replica', () => {
  it('applies a release when its manifest completes it, and nothing before', () => {
    const before = readAll(first.slice(0, -1));
    expect(before.event).toBe('buffered');
    expect(currentSnapshot(before.state)).toBeUndefined();
    const after = readAll(first.slice(-1), before.state);
    expect(after.event).toBe('applied');
    expect(currentSnapshot(after.state)).toMatchObject({
      release: 1,
      sha256: firstSha256,
      dutyDesk: 'desk:duty',
    });
  });

  it('keeps the release in force while the next arrives', () => {
    const step = readAll([...first, ...second.slice(0, -1)]);
    expect(currentSnapshot(step.state)?.release).toBe(1);
    expect(currentSnapshot(readAll(second.slice(-1), step.state).state)?.release).toBe(2);
  });

  it('applies the same release once, in whatever order and however often its records arrive', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...first, ...first, ...first], { minLength: first.length * 3 }),
        (records) => {
          let state = emptyReplica();
          const events: string[] = [];
          for (const record of records) {
            const step = applyDirectoryRecord(state, record);
            state = step.state;
            events.push(step.event);
          }
          expect(events.filter((event) => event === 'applied')).toHaveLength(1);
          expect(events).not.toContain('refused');
          expect(currentSnapshot(state)).toEqual(currentSnapshot(readAll(first).state));
        },
      ),
    );
  });

  it('ignores an applied release that is published again', () => {
    const applied = readAll(first).state;
    for (const record of first) {
      expect(applyDirectoryRecord(applied, record)).toEqual({ state: applied, event: 'repeated' });
    }
  });

  it('resumes after a crash in the middle, with the missing tail alone', () => {
    for (let written = 0; written < first.length; written += 1) {
      const step = readAll([...first.slice(0, written), ...first.slice(written)]);
      expect(step.event).toBe('applied');
    }
  });

  it('refuses a gap', () => {
    expect(readAll([...first, ...buildRelease(someEntries(), aHeader({ number: 3 }))])).toMatchObject({
      event: 'refused',
      reason: 'gap',
      state: { applied: { manifest: { number: 1 } } },
    });
    expect(readAll(second.slice(0, 1))).toMatchObject({ event: 'refused', reason: 'gap' });
  });

  it('refuses a rollback: another release under a number that has passed', () => {
    const state = readAll([...first, ...second]).state;
    const other = buildRelease(someEntries({ rules: [] }), aHeader());
    expect(readAll(other.slice(-1), state)).toMatchObject({ event: 'refused', reason: 'rollback' });
    expect(readAll(other.slice(0, 1), state)).toMatchObject({ event: 'refused', reason: 'rollback' });
    expect(readAll(first.slice(-1), state).event).toBe('repeated');
  });

  it('refuses a change to what is in force', () => {
    const changed = buildRelease(
      someEntries({ correspondents: [aCorrespondent({ suspended: true })] }),
      aHeader(),
    );
    expect(readAll(changed.slice(0, 1), replicaOf(someEntries()))).toMatchObject({
      reason: 'altered-after-publication',
    });
  });

  it('refuses a wrong digest, count or chain whole, and takes the release when it is published right', () => {
    const wrong: [string, readonly DirectoryRecord[]][] = [
      ['wrong-digest', withManifest(first, { sha256: '0'.repeat(64) })],
      ['wrong-digest', withManifest(first, { count: first.length - 2 })],
      [
        'wrong-digest',
        first.map((each) => (each.rule ? { ...each, rule: aRule({ action: ['post:DJ'] }) } : each)),
      ],
      ['wrong-digest', withManifest(first, { publishedAt: 2_000 })],
      ['broken-chain', withManifest(first, { previousSha256: '0'.repeat(64) })],
      ['one-person', withManifest(first, { approvedBy: 'person-1' })],
    ];
    for (const [reason, records] of wrong) {
      const step = readAll(records);
      expect(step).toMatchObject({ event: 'refused', reason });
      expect(currentSnapshot(step.state)).toBeUndefined();
      expect(readAll(first, step.state).event).toBe('applied');
    }
  });

  it('refuses a release with an example that fails, names it, and keeps the release in force', () => {
    const wrong = anExample({ name: 'a lead on drugs', crimeAreas: ['DRUG_TRAFFICKING'] });
    const next = (examples: RuleExample[]) =>
      buildRelease(
        someEntries({ rules: [aRule({ examples: [...aRule().examples, ...examples] })] }),
        aHeader({ number: 2, previousSha256: firstSha256 }),
      );
    const step = readAll([...first, ...next([wrong])]);
    expect(step).toMatchObject({
      event: 'refused',
      reason: 'example-fails',
      detail: 'rule/rule-1: a lead on drugs',
    });
    expect(currentSnapshot(step.state)?.release).toBe(1);
    const after = readAll(next([{ ...wrong, matches: false }]), step.state);
    expect([after.event, currentSnapshot(after.state)?.release]).toEqual(['applied', 2]);
  });

  it('takes an example that it cannot evaluate, since a later release knew its symbols', () => {
    const rule = aRule({
      match: { crimeAreas: ['UNKNOWN'], kinds: ['LEAD'] },
      examples: [
        anExample({ crimeAreas: ['UNKNOWN'], kind: 'LEAD' }),
        anExample({ crimeAreas: ['TERRORISM'], kind: 'LEAD', matches: false }),
      ],
    });
    expect(readAll(buildRelease(someEntries({ rules: [rule] }), aHeader())).event).toBe('applied');
  });

  it('waits for all entries of a manifest that came first, also when some of them are repeated', () => {
    const [manifest] = first.slice(-1);
    const entries = first.slice(0, -1);
    if (manifest === undefined) throw new Error('unreachable');
    const repeated = [manifest, ...entries.slice(0, -1), ...entries.slice(0, -1)];
    expect(readAll(repeated).event).toBe('buffered');
    expect(readAll(entries.slice(-1), readAll(repeated).state).event).toBe('applied');
  });

  it('refuses a manifest that counts fewer records than its digest covers', () => {
    const manifest = { ...manifestOf(first), count: first.length - 2 };
    const sha256 = releaseDigest(manifest, first.slice(0, -1));
    expect(readAll(withManifest(first, { ...manifest, sha256 }))).toMatchObject({ reason: 'wrong-digest' });
  });

  it('refuses a second release that does not continue the first', () => {
    const stranger = buildRelease(someEntries(), aHeader({ number: 2, previousSha256: 'f'.repeat(64) }));
    expect(readAll([...first, ...stranger])).toMatchObject({ reason: 'broken-chain' });
  });

  it('refuses records that contradict themselves', () => {
    const [entry] = first;
    const manifest = first.at(-1);
    if (entry === undefined || manifest === undefined) throw new Error('unreachable');
    for (const record of [
      { ...entry, correspondent: null },
      { ...entry, person: someEntries().persons[0] ?? null, rule: aRule() },
      { ...manifest, release: 2 },
      { ...manifest, kind: 'RULE' as const },
    ]) {
      expect(applyDirectoryRecord(emptyReplica(), record)).toMatchObject({ reason: 'malformed' });
    }
  });

  it('never changes a state that it was given', () => {
    const before = readAll(first.slice(0, 3)).state;
    const copy = structuredClone(before);
    readAll(first.slice(3), before);
    expect(before).toEqual(copy);
  });
});

describe('the form that a digest covers', () => {
  it('does not change when a later release adds a field with an empty default', () => {
    const rule = aRule();
    expect(recordForm({ ...rule, added: null, list: [], flag: false, text: '' })).toBe(recordForm(rule));
    expect(recordForm({ ...rule, added: 1 })).not.toBe(recordForm(rule));
  });

  it('tells lists apart whose items are empty', () => {
    expect(recordForm({ list: ['', 'a'] })).not.toBe(recordForm({ list: ['a'] }));
  });
});
