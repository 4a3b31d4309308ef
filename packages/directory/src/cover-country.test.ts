import type { CoverageShare } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { coveringPosts } from './cover-country.ts';
import { aCorrespondent, aShare, snapshotOf, someEntries } from './directory.fixture.ts';

const posts = ['post:DJ', 'post:ET', 'post:KE'];

/** Who covers Djibouti, with `post:DJ` PRIMARY for everything and these shares of others. */
function covering(
  shares: Readonly<Record<string, CoverageShare[]>>,
  {
    crimeArea = null,
    atMs = 1_000,
    suspended = '',
  }: { crimeArea?: string | null; atMs?: number; suspended?: string },
): string[] {
  const { correspondents } = someEntries();
  const entries = someEntries({
    correspondents: [
      ...correspondents.filter(({ type }) => type === 'DESK'),
      ...posts.map((code) =>
        aCorrespondent({ code, shortCode: code.slice(5), suspended: code === suspended }),
      ),
    ],
    coverage: posts.map((correspondent) => ({
      correspondent,
      countries: correspondent === 'post:DJ' ? ['DJ'] : [],
      shares: shares[correspondent] ?? [],
    })),
  });
  return coveringPosts(snapshotOf(entries), { country: 'DJ', crimeArea, atMs }).map(
    ({ correspondent, rank }) => `${correspondent} ${rank}`,
  );
}

describe('the posts that cover a country', () => {
  it('are the one that acts, then those that stand in', () => {
    const shares = { 'post:ET': [aShare({ rank: 'SECONDARY' })] };
    expect(covering(shares, {})).toEqual(['post:DJ PRIMARY', 'post:ET SECONDARY']);
  });

  it('are first the post that has the theme, then the one for everything else', () => {
    const shares = { 'post:KE': [aShare({ crimeAreas: ['COMPUTER_CRIME'] })] };
    expect(covering(shares, { crimeArea: 'COMPUTER_CRIME' })).toEqual([
      'post:KE PRIMARY',
      'post:DJ SECONDARY',
    ]);
    for (const crimeArea of [null, 'TERRORISM', 'UNKNOWN']) {
      expect(covering(shares, { crimeArea })).toEqual(['post:DJ PRIMARY']);
    }
  });

  it('change with time, beginning included and end excluded', () => {
    const shares = { 'post:ET': [aShare({ rank: 'SECONDARY', validFrom: 10, validUntil: 20 })] };
    const standIns = [9, 10, 19, 20].map((atMs) => covering(shares, { atMs }).length - 1);
    expect(standIns).toEqual([0, 1, 1, 0]);
  });

  it('leave a suspended post out, so that the next one is the first', () => {
    const shares = { 'post:ET': [aShare({ rank: 'SECONDARY' })] };
    expect(covering(shares, { suspended: 'post:DJ' })).toEqual(['post:ET SECONDARY']);
    expect(covering({}, { suspended: 'post:DJ' })).toEqual([]);
  });

  it('name a post once, in its better rank, and ignore a rank of a later release', () => {
    const shares = {
      'post:DJ': [aShare({ rank: 'SECONDARY' })],
      'post:KE': [aShare({ rank: 'UNKNOWN' })],
    };
    expect(covering(shares, {})).toEqual(['post:DJ PRIMARY']);
  });

  it('are none where nobody covers', () => {
    const question = { country: 'FR', crimeArea: null, atMs: 0 };
    expect(coveringPosts(snapshotOf(someEntries()), question)).toEqual([]);
  });
});
