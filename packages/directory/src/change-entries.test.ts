import { describe, expect, it } from 'vitest';
import { changeEntries, type EntryChange } from './change-entries.ts';
import { loadDemonstration } from './demonstration.ts';
import { diffReleases } from './diff-releases.ts';
import { snapshotOf } from './directory.fixture.ts';
import { listChanges } from './list-changes.ts';
import { rehearseRelease } from './rehearse-release.ts';

const issuer = 'https://issuer.test';
const base = loadDemonstration(issuer);
const [rule] = base.rules;
const ruleKey = `rule/${rule?.ruleId}`;

/** Every problem of a change, as `code file#pointer`. */
function problemsOf(...changes: EntryChange[]): string[] {
  const judged = changeEntries(base, changes, issuer);
  if (judged.status === 'sound') return [];
  return judged.problems.map(({ code, file, pointer }) => `${code} ${file}#${pointer}`);
}

function changed(...changes: EntryChange[]) {
  const judged = changeEntries(base, changes, issuer);
  if (judged.status === 'refused') throw new Error(JSON.stringify(judged.problems.slice(0, 3)));
  return judged.entries;
}

const officer = 'person-officer-post-DJ';
const suspension: EntryChange = { list: 'persons', key: `person/${officer}`, set: { suspended: true } };

describe('changeEntries', () => {
  it('sets one field of one entry and leaves everything else as it is', () => {
    const differences = diffReleases(base, changed(suspension));
    expect(differences).toMatchObject([
      { key: `person/${officer}`, fields: [{ pointer: '/suspended', before: false, after: true }] },
    ]);
    expect(changed()).toEqual(base);
  });

  it('adds, replaces and removes whole entries, in the form of files', () => {
    const unit = { correspondent: 'post:DJ', code: 'new', nameFr: 'Neuve', nameEn: 'New' };
    const entries = changed(
      { list: 'units', key: 'unit/post:DJ/new', entry: unit },
      { list: 'rules', key: ruleKey, entry: null },
    );
    expect(entries.units.at(-1)).toEqual(unit);
    expect(entries.rules).toHaveLength(base.rules.length - 1);
  });

  it.each<[string, EntryChange, string]>([
    [
      'an unknown correspondent',
      { list: 'rules', key: ruleKey, set: { action: ['desk:nowhere'] } },
      'unknown-correspondent changes#/0/set/action/0',
    ],
    [
      'a failing example',
      { list: 'rules', key: ruleKey, set: { match: { countries: ['IS'] } } },
      'example-fails changes#/0/set/examples/0',
    ],
    ['an unknown field', { ...suspension, set: { suspendd: true } }, 'unknown-field changes#/0/set/suspendd'],
    [
      'a wrong type',
      { ...suspension, set: { suspended: 'yes' } },
      'malformed-field changes#/0/set/suspended',
    ],
    [
      'a direction mark in a name',
      { ...suspension, set: { displayName: 'A\u202Eeila' } },
      'unsafe-text changes#/0/set/displayName',
    ],
    [
      'letters of two scripts in a name',
      { ...suspension, set: { displayName: 'Аlain' } },
      'unsafe-text changes#/0/set/displayName',
    ],
    [
      'an entry that is not there',
      { list: 'persons', key: 'person/nobody', set: { suspended: true } },
      'unknown-entry changes#/0/key',
    ],
    [
      'another key than its own',
      { list: 'persons', key: `person/${officer}`, set: { personId: 'somebody-else' } },
      'other-key changes#/0/key',
    ],
    ['neither entry nor set', { list: 'persons', key: `person/${officer}` }, 'malformed-field changes#/0'],
  ])('refuses %s, with the place in the change', (_, change, expected) => {
    expect(problemsOf(change)).toContain(expected);
  });

  it('refuses two changes of one entry', () => {
    expect(problemsOf(suspension, suspension)).toEqual(['duplicate changes#/1/key']);
  });

  it('names the entry of the release that a removal leaves alone', () => {
    const named = base.rules.find(({ action }) => action.includes('desk:cyber'))?.ruleId;
    const at = base.rules.find(({ ruleId }) => ruleId === named)?.action.indexOf('desk:cyber');
    expect(problemsOf({ list: 'correspondents', key: 'correspondent/desk:cyber', entry: null })).toContain(
      `unknown-correspondent release#/rule~1${named}/action/${at}`,
    );
  });
});

describe('listChanges', () => {
  it('lists what leads from one content to the other, so that proposing it again gives the same', () => {
    const after = changed(suspension, { list: 'rules', key: ruleKey, entry: null });
    const changes = listChanges(diffReleases(base, after), after, issuer);
    expect(changes.map(({ key, entry }) => [key, entry === null])).toEqual([
      [`person/${officer}`, false],
      [ruleKey, true],
    ]);
    expect(changed(...changes)).toEqual(after);
  });
});

describe('rehearseRelease', () => {
  it('is the release in force with the changes, for whoever routes by it', () => {
    const snapshot = snapshotOf(base);
    const rehearsed = rehearseRelease(
      snapshot,
      [{ list: 'correspondents', key: 'correspondent/desk:cyber', set: { suspended: true } }],
      issuer,
    );
    if (rehearsed.status === 'refused') throw new Error('the change is sound');
    expect(rehearsed.snapshot.correspondents.get('desk:cyber')?.suspended).toBe(true);
    expect(rehearsed.snapshot.release).toBe(snapshot.release);
    expect(snapshot.correspondents.get('desk:cyber')?.suspended).toBe(false);
    expect(rehearseRelease(snapshot, [], issuer)).toEqual({ status: 'sound', snapshot });
  });
});
