import { diffReleases, loadDemonstration } from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import { mostShownDifferences, summariseDifferences } from './summarise-differences.ts';

const base = loadDemonstration('https://id.example');

describe('summariseDifferences', () => {
  it('keeps which entries and fields, and none of what would stand in them', () => {
    const secret = 'a name that somebody wrote where it does not belong';
    const [first, ...others] = base.persons;
    if (first === undefined) throw new Error('nobody is there');
    const after = {
      ...base,
      persons: [{ ...first, displayName: secret, suspended: true }, ...others],
      rules: base.rules.slice(1),
    };
    const summary = summariseDifferences(diffReleases(base, after));
    expect(summary).toEqual([
      {
        key: `person/${first.personId}`,
        list: 'persons',
        change: 'CHANGED',
        fields: [{ pointer: '/displayName' }, { pointer: '/suspended' }],
        textFr: `Modifie la personne ${first.personId} : displayName, suspended.`,
        textEn: `Changes the person ${first.personId}: displayName, suspended.`,
      },
      expect.objectContaining({ list: 'rules', change: 'REMOVED', fields: [] }),
    ]);
    expect(JSON.stringify(summary)).not.toContain(secret);
    expect(JSON.stringify(summary)).not.toContain(first.displayName);
  });

  it('is bounded, whatever is proposed', () => {
    const none = { ...base, persons: [], grants: [] };
    expect(diffReleases(base, none).length).toBeGreaterThan(mostShownDifferences);
    expect(summariseDifferences(diffReleases(base, none))).toHaveLength(mostShownDifferences);
  });
});
