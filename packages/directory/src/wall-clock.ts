import type { Weekday } from '@chappe/schemas';

/** The days of the week in the order of ISO 8601. */
export const weekdays: readonly Weekday[] = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
];

/** What calendar and clock of a place show. */
export interface WallClock {
  readonly weekday: Weekday;
  /** HH:MM, so that times of a day compare as text. */
  readonly time: string;
}

// Making a formatter costs a thousand times what asking it does. Bounded, since zones come in as data.
const formatters = new Map<string, Intl.DateTimeFormat | null>();
const mostFormatters = 700;

/** Calendar and clock of a time zone at an instant, summer time included; null for a zone that is unknown. */
export function wallClock(timeZone: string, atMs: number): WallClock | null {
  const formatter = formatterOf(timeZone);
  if (formatter === null) return null;
  const parts = new Map(formatter.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const weekday = weekdays.find((day) => day === parts.get('weekday')?.toUpperCase());
  return weekday === undefined
    ? null
    : { weekday, time: `${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}` };
}

/** Whether a name is a time zone of the IANA database. Offsets are none: they know no summer time. */
export function isTimeZone(timeZone: string): boolean {
  return /^[A-Za-z]/.test(timeZone) && formatterOf(timeZone) !== null;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  if (formatters.size >= mostFormatters) formatters.clear();
  const made = makeFormatter(timeZone);
  formatters.set(timeZone, made);
  return made;
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
