import type { DirectoryRecord } from '@chappe/schemas';
import { expect, it } from 'vitest';
import { diffReleases } from './diff-releases.ts';
import { aHeader, aRule, someEntries } from './directory.fixture.ts';
import { entriesOf } from './directory-entries.ts';
import { buildRelease } from './release.ts';
import { applyDirectoryRecord, emptyReplica } from './replica.ts';
import { rollForward } from './roll-forward.ts';

const header = { proposedBy: 'person-3', approvedBy: 'person-4', publishedAtMs: 9_000 };
const first = release(buildRelease(someEntries(), aHeader()));
const second = release(
  buildRelease(
    someEntries({ rules: [aRule({ reason: 'changed' })] }),
    aHeader({ number: 2, previousSha256: first.manifest.sha256 }),
  ),
);

function release(records: readonly DirectoryRecord[]) {
  const manifest = records.at(-1)?.manifest;
  if (!manifest) throw new Error('a release ends with its manifest');
  return { manifest, records };
}

it('gives an older content the next number, chained to the last, so that replicas take it', () => {
  const back = rollForward(second.manifest, first, header);
  if (back.status !== 'new') throw new Error(back.reason);
  const third = release(back.records);
  expect(third.manifest).toMatchObject({ number: 3, previousSha256: second.manifest.sha256, ...approval() });
  expect(diffReleases(entriesOf(first.records), entriesOf(third.records))).toEqual([]);
  let state = emptyReplica();
  const events = [...first.records, ...second.records, ...third.records].map((record) => {
    const step = applyDirectoryRecord(state, record);
    state = step.state;
    return step.event;
  });
  expect(events.filter((event) => event === 'applied')).toHaveLength(3);
  expect(state.applied?.snapshot.rules[0]?.reason).toBe('for tests');
});

it('refuses what is not older, what one person asks for alone, and what was altered in the store', () => {
  expect(rollForward(second.manifest, second, header)).toEqual({ status: 'refused', reason: 'not-older' });
  expect(rollForward(second.manifest, first, { ...header, approvedBy: 'person-3' })).toEqual({
    status: 'refused',
    reason: 'one-person',
  });
  const altered = first.records.map((each) =>
    each.rule === null ? each : { ...each, rule: aRule({ priority: 1 }) },
  );
  const lost = first.records.filter((each) => each.rule === null);
  for (const records of [altered, lost, []]) {
    expect(rollForward(second.manifest, { ...first, records }, header)).toEqual({
      status: 'refused',
      reason: 'altered',
    });
  }
});

function approval() {
  return { proposedBy: 'person-3', approvedBy: 'person-4', publishedAt: 9_000, demonstration: true };
}
