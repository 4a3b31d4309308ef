import { isRecord } from '../../problem.ts';
import { UsageError } from '../usage-error.ts';
import type { ImportIdentity } from './derive-submission-id.ts';
import { isPlaceholder, type Placeholder, placeholderForms } from './fill-template.ts';

/** A mapping file: how the rows of a CSV file become messages. docs/import.md describes it. */
export interface Mapping {
  readonly identity: ImportIdentity;
  /** The columns whose values together name a row. */
  readonly key: readonly string[];
  readonly delimiter: string | undefined;
  readonly encoding: string | undefined;
  /** The time zone of times that name none: `Z` or `+01:00`. */
  readonly timeOffset: string;
  /** A message in which `{"column": …}` stands for a value of the row. */
  readonly message: Readonly<Record<string, unknown>>;
  /** Every column that the mapping reads. */
  readonly columns: readonly string[];
}

const members = new Set(['import', 'preparedAt', 'key', 'delimiter', 'encoding', 'timeOffset', 'message']);

/** Reads a mapping and names everything that is wrong with it at once. */
export function readMapping(given: unknown, source: string): Mapping {
  const faults: string[] = [];
  const mapping = isRecord(given) ? given : {};
  if (!isRecord(given)) faults.push('/: a JSON object');
  for (const name of Object.keys(mapping)) if (!members.has(name)) faults.push(`/${name}: ?`);
  const text = (name: string, form: RegExp): string | undefined => {
    const value = mapping[name];
    if (typeof value === 'string' && form.test(value)) return value;
    if (value !== undefined) faults.push(`/${name}: ${form}`);
    return undefined;
  };
  const name = text('import', /^[A-Za-z0-9][A-Za-z0-9 ._-]{2,80}$/);
  if (name === undefined && mapping.import === undefined) faults.push('/import: …');
  const preparedAt = text(
    'preparedAt',
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/,
  );
  const preparedAtMs = Date.parse(preparedAt ?? '');
  if (Number.isNaN(preparedAtMs)) faults.push('/preparedAt: 2026-11-23T09:00:00Z');
  const key = [mapping.key].flat();
  const isKey = key.length > 0 && key.every((column) => typeof column === 'string' && column !== '');
  if (!isKey) faults.push('/key: "…" | ["…", "…"]');
  const message = isRecord(mapping.message) ? mapping.message : {};
  if (!isRecord(mapping.message)) faults.push('/message: {…}');
  const placeholders: Placeholder[] = [];
  collect(message, '/message', placeholders, faults);
  const result: Mapping = {
    identity: { name: name ?? '', preparedAtMs },
    key: key.map(String),
    delimiter: text('delimiter', /^[^"\r\n]$/),
    encoding: text('encoding', /^[A-Za-z0-9-]{3,20}$/),
    timeOffset: text('timeOffset', /^(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/) ?? 'Z',
    message,
    columns: [...new Set([...key.map(String), ...placeholders.map(({ column }) => column)])],
  };
  if (faults.length === 0) return result;
  throw new UsageError(
    {
      en: `${source} is not a mapping:\n  ${faults.join('\n  ')}`,
      fr: `${source} n'est pas une correspondance :\n  ${faults.join('\n  ')}`,
    },
    { en: 'docs/import.md describes it, with an example', fr: 'docs/import.md la décrit, avec un exemple' },
  );
}

function collect(template: unknown, at: string, found: Placeholder[], faults: string[]): void {
  if (Array.isArray(template)) {
    template.forEach((part, index) => {
      collect(part, `${at}/${index}`, found, faults);
    });
  } else if (isRecord(template) && 'column' in template) {
    if (isPlaceholder(template)) found.push(template);
    else faults.push(`${at}: ${placeholderForms}`);
  } else if (isRecord(template)) {
    for (const [name, part] of Object.entries(template)) collect(part, `${at}/${name}`, found, faults);
  }
}
