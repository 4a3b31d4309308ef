import { isCountry } from './countries.ts';
import type { EntryList } from './directory-entries.ts';
import type { Finding } from './directory-problem.ts';

/** Codes that an entry names, with the place of their list in it. */
export interface NamedCodes {
  readonly list: EntryList;
  readonly index: number;
  readonly path: string;
  readonly codes: readonly string[];
}

/** A finding for each code of a list that no correspondent of the release has. */
export function unknownCorrespondents(
  { list, index, path, codes }: NamedCodes,
  known: ReadonlySet<string>,
): readonly Finding[] {
  return codes.flatMap((code, at) => unknownCorrespondent(list, index, `${path}/${at}`, code, known));
}

/** A finding when a field names no correspondent of the release. */
export function unknownCorrespondent(
  list: EntryList,
  index: number,
  path: string,
  code: string,
  known: ReadonlySet<string>,
): readonly Finding[] {
  if (known.has(code)) return [];
  const detail = `There is no correspondent ${code}: add it to correspondents, or write one of theirs.`;
  return [{ code: 'unknown-correspondent', list, index, path, detail }];
}

/** A finding for each code that ISO 3166-1 does not assign. */
export function unknownCountries({ list, index, path, codes }: NamedCodes): readonly Finding[] {
  return codes.flatMap((code, at): Finding[] =>
    isCountry(code)
      ? []
      : [
          {
            code: 'unknown-country',
            list,
            index,
            path: `${path}/${at}`,
            detail: `${code} is not a country of ISO 3166-1: write its two-letter code, as in FR.`,
          },
        ],
  );
}

/** A finding when a validity ends before, or when, it begins. */
export function emptyValidity(
  list: EntryList,
  index: number,
  path: string,
  bounds: { readonly validFrom: number; readonly validUntil: number | null },
): readonly Finding[] {
  if (bounds.validUntil === null || bounds.validUntil > bounds.validFrom) return [];
  const detail = 'It ends before it begins: write a later end, or leave the end out.';
  return [{ code: 'empty-validity', list, index, path: `${path}/validUntil`, detail }];
}
