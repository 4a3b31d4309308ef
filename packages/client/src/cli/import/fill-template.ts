import { isRecord } from '../../problem.ts';
import { code } from '../build-message.ts';
import type { Text } from '../language.ts';

/** A place in a template that takes its value from a column. */
export interface Placeholder {
  readonly column: string;
  /** What separates several values in one cell; the result is then a list. */
  readonly split?: string;
  /** Puts each value into an object under this name: `correspondent` for addressees. */
  readonly wrap?: string;
  /** What each value of the cell stands for; one that is not here is a fault. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly as?: 'text' | 'code' | 'number' | 'boolean' | 'time';
}

/** What a placeholder may say, for whoever wrote another. */
export const placeholderForms =
  '{"column": "…", "split"?: "…", "wrap"?: "…", "values"?: {…}, "as"?: "text" | "code" | "number" | "boolean" | "time"}';

const names = new Set(['column', 'split', 'wrap', 'values', 'as']);
const forms = ['text', 'code', 'number', 'boolean', 'time'];

/** Whether an object is a placeholder and nothing more. */
export function isPlaceholder(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & Placeholder {
  const { column, split, wrap, values, as } = value;
  return (
    Object.keys(value).every((name) => names.has(name)) &&
    typeof column === 'string' &&
    column !== '' &&
    [split, wrap].every((each) => each === undefined || (typeof each === 'string' && each !== '')) &&
    (values === undefined || isRecord(values)) &&
    (as === undefined || forms.includes(String(as)))
  );
}

/** A template filled from one row, or why the row does not fit. */
export type Filled =
  | { readonly status: 'filled'; readonly message: Readonly<Record<string, unknown>> }
  | { readonly status: 'faulty'; readonly faults: readonly Text[] };

/**
 * Fills a template with the cells of a row. An empty cell gives nothing; an object or a list all of whose columns
 * gave nothing is left out, constants and all, so that a row without a phone number makes no phone.
 */
export function fillTemplate(
  template: Readonly<Record<string, unknown>>,
  cell: (column: string) => string,
  timeOffset: string,
): Filled {
  const faults: Text[] = [];
  const { value } = fill(template, cell, timeOffset, faults);
  if (faults.length > 0) return { status: 'faulty', faults };
  if (isRecord(value) && isRecord(value.body)) return { status: 'filled', message: value };
  return {
    status: 'faulty',
    faults: [{ en: 'the row says nothing', fr: 'la ligne ne dit rien' }],
  };
}

interface Part {
  readonly value: unknown;
  /** Whether it reads columns, and whether one of them gave something. */
  readonly reads: boolean;
  readonly given: boolean;
}

function fill(template: unknown, cell: (column: string) => string, timeOffset: string, faults: Text[]): Part {
  if (isRecord(template) && isPlaceholder(template)) {
    const value = readCell(template, cell(template.column).trim(), timeOffset, faults);
    return { value, reads: true, given: value !== undefined };
  }
  if (!isRecord(template) && !Array.isArray(template)) return { value: template, reads: false, given: false };
  const parts = Object.entries(template).map(
    ([name, part]) => [name, fill(part, cell, timeOffset, faults)] as const,
  );
  const reads = parts.some(([, part]) => part.reads);
  const given = parts.some(([, part]) => part.given);
  if (reads && !given) return { value: undefined, reads, given };
  const kept = parts.filter(([, { value }]) => value !== undefined);
  const value = Array.isArray(template)
    ? kept.map(([, part]) => part.value)
    : Object.fromEntries(kept.map(([name, part]) => [name, part.value]));
  return { value, reads, given };
}

function readCell(placeholder: Placeholder, text: string, timeOffset: string, faults: Text[]): unknown {
  const { split, wrap } = placeholder;
  const one = (part: string): unknown => {
    const value = convert(placeholder, part, timeOffset, faults);
    return wrap === undefined || value === undefined ? value : { [wrap]: value };
  };
  if (split === undefined) return text === '' ? undefined : one(text);
  const parts = text
    .split(split)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.map(one);
}

function convert(
  { column, values, as }: Placeholder,
  text: string,
  timeOffset: string,
  faults: Text[],
): unknown {
  const fault = (what: Text): undefined => {
    faults.push({ en: `${column}: ${what.en}`, fr: `${column} : ${what.fr}` });
  };
  if (values !== undefined) {
    if (Object.hasOwn(values, text)) return values[text];
    return fault({
      en: 'a value that the mapping does not know',
      fr: 'une valeur que la correspondance ne connaît pas',
    });
  }
  switch (as) {
    case 'code':
      return code(text);
    case 'number': {
      const number = Number(text.replace(',', '.'));
      return Number.isFinite(number) ? number : fault({ en: 'not a number', fr: 'pas un nombre' });
    }
    case 'boolean': {
      if (/^(?:1|yes|true|oui|vrai|x)$/i.test(text)) return true;
      if (/^(?:0|no|false|non|faux)$/i.test(text)) return false;
      return fault({ en: 'neither yes nor no', fr: 'ni oui ni non' });
    }
    case 'time':
      return readTime(text, timeOffset) ?? fault({ en: 'not a time', fr: 'pas une date' });
    default:
      return text;
  }
}

const timeForms = [
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}))?(?<zone>Z|[+-]\d{2}:\d{2})?)?$/,
  /^(?<day>\d{1,2})[/.](?<month>\d{1,2})[/.](?<year>\d{4})(?: +(?<hour>\d{1,2})[:h](?<minute>\d{2}))?$/,
];

/** `2026-11-23`, `2026-11-23 14:05`, with a zone or in that of the mapping; or with the day first, `23/11/2026 14:05`. */
function readTime(text: string, timeOffset: string): string | undefined {
  const parts = timeForms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return undefined;
  const two = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  const day = `${parts.year}-${two(parts.month)}-${two(parts.day)}`;
  // JavaScript takes the 31st of February for the 3rd of March.
  const isDay = new Date(`${day}T00:00:00Z`).getTime();
  if (Number.isNaN(isDay) || !new Date(isDay).toISOString().startsWith(day)) return undefined;
  const clock = `${two(parts.hour)}:${two(parts.minute)}:${two(parts.second)}`;
  const atMs = Date.parse(`${day}T${clock}${parts.zone ?? timeOffset}`);
  return Number.isNaN(atMs) ? undefined : new Date(atMs).toISOString();
}
