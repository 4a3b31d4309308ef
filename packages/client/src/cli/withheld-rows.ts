import { isRecord } from '../problem.ts';
import type { Language } from './language.ts';

/** Parts of a message that one recipient does not get, for one reason. */
export interface WithheldRow {
  readonly correspondent: string;
  readonly parts: string;
  readonly why: string;
}

/** Rules that hold for every recipient: their parts say nothing about this one. */
const fromEverybody: readonly unknown[] = [
  'variant.own-numbering',
  'variant.person-behind',
  'variant.exclusions',
  'variant.source-protected',
];
const mostParts = 6;

/** What a dry run foretells that single recipients do not get, one row for each of them and rule. */
export function withheldRows(correspondents: unknown, language: Language): readonly WithheldRow[] {
  return (Array.isArray(correspondents) ? correspondents : []).filter(isRecord).flatMap((entry) => {
    const told = (Array.isArray(entry.withheld) ? entry.withheld : [])
      .filter(isRecord)
      .filter(({ code }) => !fromEverybody.includes(code));
    return [...Map.groupBy(told, ({ code }) => code)].map(([code, parts]) => ({
      correspondent: String(entry.correspondent),
      parts: shorten(parts.map(({ path }) => String(path))),
      why: String(parts[0]?.[language] ?? code),
    }));
  });
}

function shorten(parts: readonly string[]): string {
  const more = parts.length - mostParts;
  return [...parts.slice(0, mostParts), ...(more > 0 ? [`+${more}`] : [])].join(', ');
}
