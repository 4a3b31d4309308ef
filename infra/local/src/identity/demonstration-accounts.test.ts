import { loadDemonstration } from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import { demonstrationPeople, demonstrationSystems } from './demonstration-accounts.ts';

const entries = loadDemonstration('http://127.0.0.1:8081');

describe('the accounts of the demonstration', () => {
  it('let somebody act for every correspondent, an officer before a superior', () => {
    const people = demonstrationPeople(entries);
    const codes = entries.correspondents.map(({ code }) => code);
    expect(codes.filter((code) => !people.some(({ correspondent }) => correspondent === code))).toEqual([]);
    expect(people.find(({ correspondent }) => correspondent === 'post:DJ')).toMatchObject({
      subject: 'demo-officer-post-DJ',
      username: 'officer-post-DJ',
      roles: ['officer'],
    });
    expect(new Set(people.map(({ username }) => username)).size).toBe(people.length);
  });

  it('give every system the correspondent of its grant', () => {
    const systems = demonstrationSystems(entries);
    expect(systems).toContainEqual({ clientId: 'demo-post-DJ', correspondent: 'post:DJ' });
    expect(systems.every(({ correspondent }) => correspondent !== '')).toBe(true);
  });
});
