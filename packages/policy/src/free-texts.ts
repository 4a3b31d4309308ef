import type { Message } from '@chappe/schemas';
import type { AvroField } from './avro-shape.ts';
import { messageFields } from './message-shape.ts';

/** Words that somebody wrote, with the path that withholds them and nothing else. */
export interface FreeText {
  readonly path: string;
  readonly field: string;
  readonly text: string;
}

/** Functions and addressees, which are never names; and what its writer chose to be told outside. */
const notSearched: ReadonlySet<string> = new Set(['recipients', 'sender', 'provenance', 'tearline']);

/** Every text of a message in which a person could be named. */
export function freeTextsOf(message: Message): readonly FreeText[] {
  const searched = new Map([...messageFields].filter(([name]) => !notSearched.has(name)));
  return [...textsIn({ ...message }, searched, '')];
}

/** Every text in some fields of the record at a path. */
export function textsOfParts(path: string, parts: Readonly<Record<string, unknown>>): readonly FreeText[] {
  const fields = new Map([...fieldsAt(path)].filter(([name]) => Object.hasOwn(parts, name)));
  return [...textsIn(parts, fields, `${path}.`)];
}

function fieldsAt(path: string): ReadonlyMap<string, AvroField> {
  return path
    .split('.')
    .reduce<ReadonlyMap<string, AvroField>>(
      (fields, part) => fields.get(part.replace(/\[.*$/, ''))?.fields() ?? new Map(),
      messageFields,
    );
}

function* textsIn(
  record: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, AvroField>,
  prefix: string,
): Generator<FreeText> {
  for (const [name, field] of fields) {
    const value = record[name];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const [place, item] of items.entries()) {
      const path = `${prefix}${name}${Array.isArray(value) ? `[${place}]` : ''}`;
      if (typeof item === 'string') {
        if (field.freeText && item !== '') yield { path, field: name, text: item };
      } else if (isRecord(item)) yield* textsIn(item, field.fields(), `${path}.`);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
