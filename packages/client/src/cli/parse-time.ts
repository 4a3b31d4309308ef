import { UsageError } from './usage-error.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, j: 86_400_000 };
const relative = /^([+-])\s*(\d{1,5})\s*([mhdj])$/i;
const clock = /^([01]?\d|2[0-3])[:h]([0-5]\d)$/i;
const day = /^\d{4}-\d{2}-\d{2}$/;
const moment = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a time as people type it: `now`, `+8h`, `+3d` (`+3j`), `-20m`, `14:30` (today), `2026-11-25` (until its
 * end), `2026-11-25T12:00`, with `Z` or an offset; without one in the time zone of this machine. `nowMs` is the
 * moment that relative ones count from.
 */
export function parseTime(given: string, nowMs: number): string {
  const text = given.trim();
  const atMs = momentOf(text, nowMs);
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString();
  throw new UsageError(
    { en: `${text} is not a time`, fr: `${text} n'est pas une date` },
    {
      en: 'write now, +8h, +3d, 14:30, 2026-11-25 or 2026-11-25T12:00Z',
      fr: 'écrivez now, +8h, +3j, 14:30, 2026-11-25 ou 2026-11-25T12:00Z',
    },
  );
}

function momentOf(text: string, nowMs: number): number {
  if (/^(?:now|maintenant)$/i.test(text)) return nowMs;
  const distance = relative.exec(text);
  if (distance !== null) {
    const [, sign, count, unit = ''] = distance;
    return nowMs + (sign === '-' ? -1 : 1) * Number(count) * (unitsMs[unit.toLowerCase()] ?? Number.NaN);
  }
  const hour = clock.exec(text);
  if (hour !== null) return new Date(nowMs).setHours(Number(hour[1]), Number(hour[2]), 0, 0);
  if (day.test(text)) return isRealDay(text) ? Date.parse(`${text}T23:59:59`) : Number.NaN;
  return moment.test(text) && isRealDay(text.slice(0, 10)) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
}

/** JavaScript takes the 31st of February for the 3rd of March; a deadline must not. */
function isRealDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
