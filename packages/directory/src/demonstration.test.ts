import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { demonstrationApprover, demonstrationProposer, loadDemonstration } from './demonstration.ts';
import { snapshotOf, someFacts } from './directory.fixture.ts';
import { matchRules } from './match-rules.ts';
import { resolveSubject } from './resolve-subject.ts';
import { validateEntries } from './validate-entries.ts';

const issuer = 'http://127.0.0.1:9/issuer';
const entries = loadDemonstration(issuer);
const nowMs = Date.parse('2026-06-01T00:00:00Z');

describe('the demonstration', () => {
  it('is a sound release', () => {
    expect(validateEntries(entries)).toEqual([]);
  });

  it('says in every file that it is invented', async () => {
    const folder = new URL('../data/demonstration/', import.meta.url);
    const files = await readdir(folder);
    expect(files).toHaveLength(7);
    for (const file of files) {
      expect(JSON.parse(await readFile(new URL(file, folder), 'utf8')).notice).toContain('Invented');
    }
    expect(entries.persons.every((each) => each.displayName.endsWith('(fictif)'))).toBe(true);
  });

  it('knows its holders by the issuer of the installation', () => {
    expect(new Set([...entries.persons, ...entries.systems].map((each) => each.issuer))).toEqual(
      new Set([issuer]),
    );
  });

  it('gives every post two officers, every desk an officer and a head, everyone a system', () => {
    const snapshot = snapshotOf(entries);
    const rolesOf = (code: string) =>
      [...snapshot.persons.keys()]
        .map((id) => entries.grants.filter((each) => each.holder === id && each.correspondent === code))
        .filter((grants) => grants.length > 0)
        .map((grants) => grants.map((each) => each.role).join('+'));
    for (const { code, type } of entries.correspondents) {
      if (type === 'POST') expect(rolesOf(code)).toEqual(['officer', 'officer+releaser']);
      if (type === 'DESK') expect(rolesOf(code)).toEqual(['desk-head', 'desk-officer']);
      const clientId = `demo-${code.replace(':', '-')}`;
      expect(resolveSubject(snapshot, { issuer, subject: clientId, clientId }, null, nowMs)).toMatchObject({
        status: 'resolved',
        subject: { kind: 'SYSTEM', correspondent: code },
      });
    }
  });

  it('resolves each of its persons without having to say for whom they act', () => {
    const snapshot = snapshotOf(entries);
    for (const { subject } of entries.persons) {
      const resolution = resolveSubject(snapshot, { issuer, subject, clientId: 'demo-console' }, null, nowMs);
      expect([subject, resolution.status]).toEqual([subject, 'resolved']);
    }
  });

  it('names two persons who propose and approve', () => {
    const ids = entries.persons.map((each) => each.personId);
    expect(ids).toEqual(expect.arrayContaining([demonstrationProposer, demonstrationApprover]));
    expect(demonstrationProposer).not.toBe(demonstrationApprover);
  });

  it.each([
    ['TERRORISM', 'desk:counter-terrorism'],
    ['DRUG_TRAFFICKING', 'desk:trafficking'],
    ['COMPUTER_CRIME', 'desk:cyber'],
    ['CORRUPTION', 'desk:duty'],
  ])('routes a lead on %s to %s, and to no post', (area, desk) => {
    const matches = matchRules(
      snapshotOf(entries),
      someFacts({ crimeAreas: [area], countries: ['LB'] }),
      nowMs,
    );
    expect(matches.flatMap((each) => each.action)).toEqual([desk]);
    const named = matches.flatMap((each) => [...each.action, ...each.information]);
    expect(named.filter((code) => code.startsWith('post:'))).toEqual([]);
  });
});
