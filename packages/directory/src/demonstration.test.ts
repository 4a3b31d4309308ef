import { readdir, readFile } from 'node:fs/promises';
import { crimeAreaCodes, type Kind, type Urgency } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { dueAt } from './channel-clock.ts';
import { countries } from './countries.ts';
import { coveringPosts } from './cover-country.ts';
import {
  demonstrationApprover,
  demonstrationFiles,
  demonstrationProposer,
  loadDemonstration,
} from './demonstration.ts';
import { snapshotOf, someFacts } from './directory.fixture.ts';
import { onDuty } from './duty-rota.ts';
import { matchRules } from './match-rules.ts';
import { judgeDirectoryFiles } from './read-directory-files.ts';
import { requiredRelease } from './required-release.ts';
import { resolveSubject } from './resolve-subject.ts';
import { validateEntries } from './validate-entries.ts';

const issuer = 'http://127.0.0.1:9/issuer';
const entries = loadDemonstration(issuer);
const nowMs = Date.parse('2026-06-01T00:00:00Z');

const isInside = (code: string) => !/^(partner|channel):/.test(code);

describe('the demonstration', () => {
  it('is a sound release, file by file', () => {
    expect(judgeDirectoryFiles(demonstrationFiles, issuer)).toEqual({ status: 'sound', entries });
    expect(validateEntries(entries)).toEqual([]);
  });

  it('says in every file that it is invented', async () => {
    const folder = new URL('../data/demonstration/', import.meta.url);
    const files = await readdir(folder);
    expect(files.sort()).toEqual(demonstrationFiles.map(({ name }) => name).sort());
    for (const file of files) {
      expect(JSON.parse(await readFile(new URL(file, folder), 'utf8')).notice).toContain('Invented');
    }
    expect(entries.persons.every((each) => each.displayName.endsWith('(fictif)'))).toBe(true);
    expect(new Set(entries.persons.map((each) => each.displayName)).size).toBe(entries.persons.length);
  });

  it('is sized as the network: 76 posts, 147 countries, 300 officers and 10 civil-security experts', () => {
    const posts = entries.correspondents.filter(({ type }) => type === 'POST');
    const covered = new Set(entries.coverage.flatMap((each) => each.countries));
    const experts = entries.grants.filter(({ position }) => position === 'expert de sécurité civile');
    expect([posts.length, entries.coverage.length, covered.size]).toEqual([76, 76, 147]);
    expect([entries.persons.length, experts.length]).toEqual([311, 10]);
    expect(new Set(entries.correspondents.map(({ type }) => type))).toEqual(
      new Set(['POST', 'DESK', 'SERVICE', 'CHANNEL', 'PARTNER']),
    );
  });

  it('seats every post in a country that it covers, whose capital has coordinates', () => {
    for (const { code, type, country } of entries.correspondents) {
      if (type !== 'POST') continue;
      expect(entries.coverage.find((each) => each.correspondent === code)?.countries).toContain(country);
      expect(countries.get(country ?? '')?.capital).not.toBeNull();
    }
  });

  it('has one PRIMARY for every covered country and theme, and somebody on duty at every hour of a year', () => {
    const snapshot = snapshotOf(entries);
    for (const country of snapshot.sharesByCountry.keys()) {
      for (const crimeArea of [null, ...crimeAreaCodes]) {
        const ranks = coveringPosts(snapshot, { country, crimeArea, atMs: nowMs }).map(({ rank }) => rank);
        expect([country, crimeArea, ranks.filter((rank) => rank === 'PRIMARY').length]).toEqual([
          country,
          crimeArea,
          1,
        ]);
      }
    }
    const hourMs = 3_600_000;
    for (let atMs = nowMs; atMs < nowMs + 366 * 24 * hourMs; atMs += 3 * hourMs) {
      const [first] = onDuty(snapshot, { correspondent: 'desk:duty', status: 'ACTUAL', atMs });
      expect([atMs, first?.persons.length ?? 0]).not.toEqual([atMs, 0]);
    }
  });

  it('has the clocks of Directive (EU) 2023/977: 8 hours, 3 days, 7 days', () => {
    const channel = entries.channels.find(({ code }) => code === 'directive-2023-977');
    if (channel === undefined) throw new Error('unreachable');
    const hours = (due: number | null) => (due === null ? null : due / 3_600_000);
    expect(hours(dueAt(channel, 'URGENT', 0, 'DIRECT'))).toBe(8);
    expect(hours(dueAt(channel, 'URGENT', 0, 'INDIRECT'))).toBe(3 * 24);
    expect(hours(dueAt(channel, 'ROUTINE', 0, 'DIRECT'))).toBe(7 * 24);
  });

  it('asks for a superior where a message leaves the network, and nowhere else within it', () => {
    const snapshot = snapshotOf(entries);
    const roles = (destinations: string[], kind: Kind = 'LEAD', urgency: Urgency = 'ROUTINE') =>
      requiredRelease(snapshot, { kind, urgency, activity: 'OPERATIONAL', destinations, atMs: nowMs })?.roles;
    expect(roles(['partner:example-agency'])).toEqual(['releaser', 'desk-officer', 'desk-head', 'service']);
    expect(roles(['channel:world-police'], 'INFORMATION_REQUEST', 'FLASH')).toEqual([
      'releaser',
      'desk-head',
    ]);
    expect(roles(entries.correspondents.map(({ code }) => code).filter(isInside))).toBeUndefined();
  });

  it('keeps what is shared between callers from being changed by one of them', () => {
    const [first] = loadDemonstration(issuer).rules;
    expect(() => first?.action.push('post:DJ')).toThrow(TypeError);
    expect(loadDemonstration('http://other').persons[0]?.issuer).toBe('http://other');
  });

  it('knows its holders by the issuer of the installation', () => {
    expect(new Set([...entries.persons, ...entries.systems].map((each) => each.issuer))).toEqual(
      new Set([issuer]),
    );
  });

  it('gives every post an officer and a releaser, every desk an officer and a head, all others somebody', () => {
    const needed: Readonly<Record<string, string[]>> = {
      POST: ['officer', 'releaser'],
      DESK: ['desk-officer', 'desk-head'],
    };
    for (const { code, type } of entries.correspondents) {
      const held = entries.grants.filter(
        (each) => each.correspondent === code && each.holderKind === 'PERSON',
      );
      expect([code, held.length]).not.toEqual([code, 0]);
      expect(held.map((each) => each.role)).toEqual(expect.arrayContaining(needed[type] ?? []));
    }
  });

  it('gives a system to the correspondents that exercises and examples play, and knows it by its client', () => {
    const snapshot = snapshotOf(entries);
    const codes = entries.grants
      .filter((each) => each.holderKind === 'SYSTEM')
      .map((each) => each.correspondent);
    expect(codes).toEqual(
      'DJ CI SN LB CO TH MA'
        .split(' ')
        .map((each) => `post:${each}`)
        .sort((a, b) => codes.indexOf(a) - codes.indexOf(b))
        .concat(
          'desk:counter-terrorism desk:trafficking desk:cyber desk:duty service:system'.split(' '),
          // The mailbox posts its reminders under a client of its own.
          'service:system',
          'partner:example-agency',
        ),
    );
    expect(
      resolveSubject(snapshot, { issuer, subject: 'demo-mailbox', clientId: 'demo-mailbox' }, null, nowMs),
    ).toMatchObject({
      subject: { correspondent: 'service:system', grants: [{ role: 'service', mayExercise: true }] },
    });
    for (const code of codes) {
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
