import {
  applyDirectoryRecord,
  buildRelease,
  currentSnapshot,
  type DirectoryEntries,
  type DirectorySnapshot,
  emptyReplica,
  loadDemonstration,
  resolveSubject,
} from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import { listCorrespondents, showSelf } from './show-directory.ts';

const issuer = 'https://issuer.test';
const nowMs = Date.parse('2026-06-01T00:00:00Z');

function snapshotOf(entries: DirectoryEntries): DirectorySnapshot {
  let state = emptyReplica();
  const header = {
    number: 1,
    previousSha256: null,
    proposedBy: 'person-1',
    approvedBy: 'person-2',
    publishedAtMs: 1_000,
    demonstration: true,
  };
  for (const record of buildRelease(entries, header)) state = applyDirectoryRecord(state, record).state;
  const snapshot = currentSnapshot(state);
  if (snapshot === undefined) throw new Error('the release is not complete');
  return snapshot;
}

const entries = loadDemonstration(issuer);
const snapshot = snapshotOf(entries);

describe('the list of correspondents', () => {
  it('names everybody once, sorted, with names, ceiling and coverage', () => {
    const items = listCorrespondents(snapshot);
    expect(items.map((each) => each.code)).toEqual(entries.correspondents.map((each) => each.code).sort());
    expect(items.find((each) => each.code === 'post:DJ')).toMatchObject({
      shortCode: 'DJ',
      ceiling: 'RESTRICTED',
      coverage: ['DJ', 'ER', 'SO'],
    });
  });

  it('names no person, no token identity', () => {
    const text = JSON.stringify(listCorrespondents(snapshot));
    for (const { personId, subject, displayName } of entries.persons) {
      for (const secret of [personId, subject, displayName]) expect(text).not.toContain(secret);
    }
  });

  it('leaves out whom nobody can write to', () => {
    const [first, ...others] = entries.correspondents;
    if (first === undefined) throw new Error('unreachable');
    const items = listCorrespondents(
      snapshotOf({ ...entries, correspondents: [{ ...first, suspended: true }, ...others] }),
    );
    expect(items.map((each) => each.code)).not.toContain(first.code);
    expect(items).toHaveLength(others.length);
  });
});

describe('what a caller is told of itself', () => {
  it('is who it is, for whom it acts, and all its grants', () => {
    const token = { issuer, subject: 'demo-releaser-post-DJ', clientId: 'demo-console' };
    const resolution = resolveSubject(snapshot, token, null, nowMs);
    if (resolution.status !== 'resolved') throw new Error(resolution.status);
    expect(showSelf(snapshot, resolution.subject, nowMs)).toMatchObject({
      kind: 'PERSON',
      displayName: 'Basile Montferrand (fictif)',
      actingAs: { code: 'post:DJ', nameEn: 'Djibouti post' },
      grants: [{ role: 'officer' }, { role: 'releaser', correspondent: 'post:DJ', validUntil: null }],
      directoryRelease: 1,
    });
  });

  it('has no name for a system', () => {
    const token = { issuer, subject: 'demo-desk-cyber', clientId: 'demo-desk-cyber' };
    const resolution = resolveSubject(snapshot, token, null, nowMs);
    if (resolution.status !== 'resolved') throw new Error(resolution.status);
    expect(showSelf(snapshot, resolution.subject, nowMs)).toMatchObject({
      kind: 'SYSTEM',
      displayName: null,
      language: null,
    });
  });
});
