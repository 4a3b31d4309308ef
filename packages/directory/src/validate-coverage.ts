import type { DirectoryEntries } from './directory-entries.ts';
import { type Finding, findDuplicates } from './directory-problem.ts';
import { emptyValidity, unknownCorrespondent, unknownCountries } from './validate-references.ts';

/** A share as PRIMARY of one country, with its place. */
interface Claim {
  readonly correspondent: string;
  readonly index: number;
  readonly path: string;
  readonly crimeAreas: readonly string[];
  readonly from: number;
  readonly until: number;
}

/** Who covers what: known posts and countries, and exactly one PRIMARY for each country and theme at any time. */
export function validateCoverage({ coverage, correspondents }: DirectoryEntries): readonly Finding[] {
  const known = new Set(correspondents.map((each) => each.code));
  const repeated = findDuplicates(
    'coverage',
    coverage.map((each) => each.correspondent),
    { code: 'duplicate', path: '/correspondent', what: 'The coverage of' },
  );
  const repeatedAt = new Set(repeated.map(({ index }) => index));
  const first = coverage.map((each, index) => (repeatedAt.has(index) ? null : each));
  return [
    ...repeated,
    ...coverage.flatMap((each, index) => validateForm(each, index, known)),
    ...[...claimsByCountry(first)].flatMap(([country, claims]) => judgeCountry(country, claims)),
  ];
}

type CoverageEntry = DirectoryEntries['coverage'][number];

function validateForm(
  { correspondent, countries, shares }: CoverageEntry,
  index: number,
  known: ReadonlySet<string>,
): readonly Finding[] {
  const list = 'coverage';
  return [
    ...unknownCorrespondent(list, index, '/correspondent', correspondent, known),
    ...unknownCountries({ list, index, path: '/countries', codes: countries }),
    ...shares.flatMap((share, at): readonly Finding[] => {
      const path = `/shares/${at}`;
      const detail = 'It names no country: write some, or remove the share.';
      return [
        ...unknownCountries({ list, index, path: `${path}/countries`, codes: share.countries }),
        ...emptyValidity(list, index, path, share),
        ...(share.countries.length > 0
          ? []
          : [{ code: 'coverage-of-nothing', list, index, path: `${path}/countries`, detail } as const]),
      ];
    }),
  ];
}

/** Each country that anybody covers in whatever rank, with those who claim to be PRIMARY there. */
function claimsByCountry(
  coverage: readonly (CoverageEntry | null)[],
): ReadonlyMap<string, { readonly named: Claim; readonly primary: readonly Claim[] }> {
  const found = new Map<string, { named: Claim; primary: Claim[] }>();
  const add = (country: string, claim: Claim, isPrimary: boolean): void => {
    const entry = found.get(country) ?? { named: claim, primary: [] };
    found.set(country, entry);
    if (isPrimary) entry.primary.push(claim);
  };
  for (const [index, each] of coverage.entries()) {
    if (each === null) continue;
    const { correspondent, countries, shares } = each;
    for (const [at, country] of countries.entries()) {
      const path = `/countries/${at}`;
      const always = { correspondent, index, path, crimeAreas: [], from: -Infinity, until: Infinity };
      add(country, always, true);
    }
    for (const [at, { rank, crimeAreas, validFrom: from, validUntil, ...share }] of shares.entries()) {
      const until = validUntil ?? Infinity;
      for (const country of share.countries) {
        const claim = { correspondent, index, path: `/shares/${at}`, crimeAreas, from, until };
        add(country, claim, rank === 'PRIMARY' && from < until);
      }
    }
  }
  return found;
}

function judgeCountry(
  country: string,
  { named, primary }: { readonly named: Claim; readonly primary: readonly Claim[] },
): readonly Finding[] {
  const general = primary.filter(({ crimeAreas }) => crimeAreas.length === 0);
  const themes = new Set(primary.flatMap(({ crimeAreas }) => crimeAreas));
  // One post for everything and for ever: nearly every country.
  if (primary.length === 1 && general.length === 1 && general[0]?.until === Infinity) return [];
  const start = Math.min(...primary.map(({ from }) => from));
  const overlaps = [
    ...overlapsAmong(general, country, 'every theme'),
    ...[...themes].flatMap((theme) =>
      overlapsAmong(
        primary.filter(({ crimeAreas }) => crimeAreas.includes(theme)),
        country,
        theme,
      ),
    ),
  ];
  // A theme without a post of its own falls to the general one, so what is not named decides for all others.
  const gap = firstGap(general, primary.length === 0 ? -Infinity : start);
  if (gap === null) return overlaps;
  const { until } = gap;
  const when = Number.isFinite(until) ? ` from ${new Date(until).toISOString()}` : '';
  const detail = `Nobody is PRIMARY for ${country} for every theme${when}: name one post, for each moment.`;
  const { index, path } = gap.claim ?? named;
  return [...overlaps, { code: 'coverage-gap', list: 'coverage', index, path, detail }];
}

function overlapsAmong(claims: readonly Claim[], country: string, theme: string): readonly Finding[] {
  const sorted = [...claims].sort((a, b) => a.from - b.from || a.until - b.until);
  let longest: Claim | undefined;
  return sorted.flatMap((claim): Finding[] => {
    const before = longest;
    if (before === undefined || claim.until > before.until) longest = claim;
    if (before === undefined || before.until <= claim.from) return [];
    const both = `${before.correspondent} and ${claim.correspondent}`;
    const detail = `${both} are PRIMARY for ${country}, ${theme}, at once: make one SECONDARY, or end it before.`;
    return [{ code: 'coverage-overlap', list: 'coverage', index: claim.index, path: claim.path, detail }];
  });
}

/** The first moment from `start` on at which no claim runs, and the claim that ended there. */
function firstGap(
  claims: readonly Claim[],
  start: number,
): { readonly until: number; readonly claim: Claim | null } | null {
  let until = start;
  let claim: Claim | null = null;
  for (const each of [...claims].sort((a, b) => a.from - b.from)) {
    if (each.from > until) break;
    if (each.until > until) {
      until = each.until;
      claim = each;
    }
  }
  return until === Infinity ? null : { until, claim };
}
