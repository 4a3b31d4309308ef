import reference from '../data/countries.json' with { type: 'json' };

/** A country of ISO 3166-1. */
export interface Country {
  readonly code: string;
  readonly nameFr: string;
  readonly nameEn: string;
  /** For the countries that the demonstration covers; it has its coordinates in degrees. */
  readonly capital: Capital | null;
}

/** A capital and where it lies. */
export interface Capital {
  readonly nameFr: string;
  readonly nameEn: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Every officially assigned country, by its two-letter code. */
export const countries: ReadonlyMap<string, Country> = new Map(
  reference.countries.map((row): [string, Country] => {
    const [code, nameFr, nameEn, capitalFr, capitalEn, latitude, longitude] = row;
    const capital =
      typeof latitude === 'number' && typeof longitude === 'number'
        ? { nameFr: String(capitalFr), nameEn: String(capitalEn), latitude, longitude }
        : null;
    return [String(code), { code: String(code), nameFr: String(nameFr), nameEn: String(nameEn), capital }];
  }),
);

/** Every assigned country code. */
export const countryCodes: ReadonlySet<string> = new Set(countries.keys());

/** Whether a code is an assigned country of ISO 3166-1. */
export function isCountry(code: string): boolean {
  return countryCodes.has(code);
}
