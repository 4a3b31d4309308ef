import { applyDirectoryRecord, currentSnapshot, emptyReplica, loadDemonstration } from '@chappe/directory';
import type { DirectoryRecord, Manifest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { type Approval, planRelease } from './plan-release.ts';

const entries = loadDemonstration('https://issuer.test');
const approval: Approval = {
  proposedBy: 'person-1',
  approvedBy: 'person-2',
  approvedAtMs: 1_000,
  demonstration: true,
};

function planned(last: Manifest | null, issuer = 'https://issuer.test', atMs = 1_000) {
  const plan = planRelease(last, loadDemonstration(issuer), { ...approval, approvedAtMs: atMs });
  if (plan.status !== 'new') throw new Error(`expected a new release, got ${plan.status}`);
  return plan;
}

function apply(records: readonly DirectoryRecord[]) {
  let state = emptyReplica();
  const events: string[] = [];
  for (const record of records) {
    const step = applyDirectoryRecord(state, record);
    state = step.state;
    events.push(step.event);
  }
  return { snapshot: currentSnapshot(state), events };
}

describe('planRelease', () => {
  it('begins with release 1, which replicas apply', () => {
    const first = planned(null);
    expect(first.manifest).toMatchObject({ number: 1, previousSha256: null });
    expect(apply(first.records).snapshot).toMatchObject({ release: 1, sha256: first.manifest.sha256 });
  });

  it('makes no release of what the last one holds already, however much later', () => {
    const { manifest } = planned(null);
    expect(
      planRelease(manifest, entries, { ...approval, approvedAtMs: 9_000, proposedBy: 'person-3' }),
    ).toEqual({
      status: 'unchanged',
    });
  });

  it('chains the next release to the last when the issuer or the data changed', () => {
    const first = planned(null);
    const second = planned(first.manifest, 'https://other.test', 2_000);
    expect(second.manifest).toMatchObject({ number: 2, previousSha256: first.manifest.sha256 });
    const { snapshot, events } = apply([...first.records, ...second.records]);
    expect(snapshot?.release).toBe(2);
    expect(events.filter((event) => event === 'applied')).toHaveLength(2);
    expect(events).not.toContain('refused');
  });

  it('goes back to earlier data only by going forward', () => {
    const first = planned(null);
    const second = planned(first.manifest, 'https://other.test', 2_000);
    expect(planned(second.manifest, 'https://issuer.test', 3_000).manifest.number).toBe(3);
  });

  it('refuses entries that are not sound, with every problem', () => {
    const plan = planRelease(null, { ...entries, correspondents: [] }, approval);
    if (plan.status !== 'refused') throw new Error(`expected a refusal, got ${plan.status}`);
    const codes = new Set(plan.problems.map((problem) => problem.code));
    expect(codes).toEqual(new Set(['no-duty-desk', 'unknown-correspondent']));
  });
});
