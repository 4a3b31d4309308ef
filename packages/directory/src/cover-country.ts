import type { CoverageRank } from '@chappe/schemas';
import type { CountryShare } from './coverage-index.ts';
import { isInForce } from './match-rules.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/** A post that covers a country for a theme. */
export interface CoveringPost {
  readonly correspondent: string;
  readonly rank: 'PRIMARY' | 'SECONDARY';
}

/** What is to be covered; without a crime area, whatever is not tied to a theme. */
export interface CoverageQuestion {
  readonly country: string;
  readonly crimeArea: string | null;
  readonly atMs: number;
}

/**
 * The posts that cover a country for a theme at a moment, the one that acts first. A share that names the
 * theme goes before one that names none; the post that then is not PRIMARY for the theme stands in before
 * the others. Suspended posts are left out, so that the first is whoever stands in for them.
 */
export function coveringPosts(
  snapshot: Pick<DirectorySnapshot, 'sharesByCountry' | 'correspondents'>,
  { country, crimeArea, atMs }: CoverageQuestion,
): readonly CoveringPost[] {
  const inForce = (snapshot.sharesByCountry.get(country) ?? []).filter((share) => isInForce(share, atMs));
  const forTheme = inForce.filter(({ crimeAreas }) => crimeAreas.some((area) => area === crimeArea));
  const general = inForce.filter(({ crimeAreas }) => crimeAreas.length === 0);
  const ranked = (shares: readonly CountryShare[], rank: CoverageRank): string[] =>
    shares
      .filter((share) => share.rank === rank)
      .map(({ correspondent }) => correspondent)
      .sort();
  const themePrimary = ranked(forTheme, 'PRIMARY');
  const order = new Set([
    ...themePrimary,
    ...ranked(general, 'PRIMARY'),
    ...ranked(forTheme, 'SECONDARY'),
    ...ranked(general, 'SECONDARY'),
  ]);
  const [primary] = order;
  const isPrimary = themePrimary.length > 0 || ranked(general, 'PRIMARY').length > 0;
  return [...order]
    .filter((code) => snapshot.correspondents.get(code)?.suspended === false)
    .map((correspondent) => ({
      correspondent,
      rank: isPrimary && correspondent === primary ? 'PRIMARY' : 'SECONDARY',
    }));
}
