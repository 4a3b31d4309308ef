import { expect, it } from 'vitest';
import { loadDemonstration } from './demonstration.ts';
import { diffReleases } from './diff-releases.ts';
import { aCorrespondent, aGrant, aPerson, aRule, someEntries } from './directory.fixture.ts';

const before = someEntries();

it('finds no difference between equal contents, in whatever order', () => {
  const { correspondents, grants } = before;
  const shuffled = {
    ...before,
    correspondents: [...correspondents].reverse(),
    grants: [...grants].reverse(),
  };
  expect(diffReleases(before, shuffled)).toEqual([]);
  expect(diffReleases(loadDemonstration('http://a'), loadDemonstration('http://a'))).toEqual([]);
});

it('says what is added, removed and changed, by key and in words', () => {
  const [first, ...others] = before.correspondents;
  const after = {
    ...before,
    correspondents: [{ ...aCorrespondent(), ...first, suspended: true }, ...others],
    persons: [...before.persons, aPerson({ personId: 'person-2' })],
    grants: before.grants.filter(({ grantId }) => grantId !== 'grant-2'),
  };
  const found = diffReleases(before, after);
  expect(found.map(({ key, change, textFr, textEn }) => [key, change, textFr, textEn])).toEqual([
    [
      'correspondent/post:DJ',
      'CHANGED',
      'Modifie le correspondant post:DJ : suspended.',
      'Changes the correspondent post:DJ: suspended.',
    ],
    ['grant/grant-2', 'REMOVED', "Retire l'habilitation grant-2.", 'Removes the grant grant-2.'],
    ['person/person-2', 'ADDED', 'Ajoute la personne person-2.', 'Adds the person person-2.'],
  ]);
  expect(found[0]?.fields).toEqual([{ pointer: '/suspended', before: false, after: true }]);
});

it('shows what changed within an entry, lists whole', () => {
  const changed = aRule({ match: { crimeAreas: ['TERRORISM'], countries: ['LB'] }, priority: 5 });
  const [difference] = diffReleases(before, { ...before, rules: [changed] });
  expect(difference?.fields).toEqual([
    { pointer: '/match/countries', before: [], after: ['LB'] },
    { pointer: '/match/crimeAreas', before: ['COMPUTER_CRIME'], after: ['TERRORISM'] },
    { pointer: '/priority', before: 100, after: 5 },
  ]);
});

it('is the mirror of the difference the other way round', () => {
  const after = { ...before, grants: [...before.grants, aGrant({ grantId: 'grant-3' })] };
  expect(diffReleases(before, after).map(({ change }) => change)).toEqual(['ADDED']);
  expect(diffReleases(after, before).map(({ change }) => change)).toEqual(['REMOVED']);
});
