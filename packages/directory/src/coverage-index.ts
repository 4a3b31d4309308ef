import type { Coverage, CoverageRank, CrimeArea } from '@chappe/schemas';

/** What one post covers of one country. */
export interface CountryShare {
  readonly correspondent: string;
  readonly rank: CoverageRank;
  /** For these themes; none means all. */
  readonly crimeAreas: readonly CrimeArea[];
  readonly validFrom: number;
  readonly validUntil: number | null;
}

/** The shares of each country. A plain country of a coverage is PRIMARY for every theme at any time. */
export function sharesByCountry(coverage: readonly Coverage[]): ReadonlyMap<string, readonly CountryShare[]> {
  const byCountry = new Map<string, CountryShare[]>();
  const add = (country: string, share: CountryShare): void => {
    const list = byCountry.get(country) ?? [];
    byCountry.set(country, list);
    list.push(share);
  };
  for (const { correspondent, countries, shares } of coverage) {
    for (const country of countries) {
      add(country, { correspondent, rank: 'PRIMARY', crimeAreas: [], validFrom: 0, validUntil: null });
    }
    for (const { countries: shared, rank, crimeAreas, validFrom, validUntil } of shares) {
      for (const country of shared) add(country, { correspondent, rank, crimeAreas, validFrom, validUntil });
    }
  }
  return byCountry;
}
