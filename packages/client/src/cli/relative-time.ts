import type { Language } from './language.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A moment as its distance from now: "3 minutes ago". Not a date gives the text itself. */
export function relativeTime(iso: string | undefined, nowMs: number, language: Language): string {
  if (iso === undefined) return '';
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  const distanceMs = atMs - nowMs;
  const [unit, sizeMs] =
    units.find(([, size]) => Math.abs(distanceMs) >= size) ?? (['second', 1_000] as const);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return format.format(Math.round(distanceMs / sizeMs), unit);
}
