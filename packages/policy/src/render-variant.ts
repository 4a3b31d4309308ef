import { kindFields, type Message } from '@chappe/schemas';
import type { AvroField } from './avro-shape.ts';
import { messageFields } from './message-shape.ts';

const bodyFields: ReadonlySet<string> = new Set(Object.values(kindFields));

/**
 * The message as one audience may see it: every withheld path is set to the empty value of its type, so
 * that the variant remains a valid record, and is named in `withheld`. A path is made of field names;
 * `[]` stands for every item of a list (`lead.entities[].person`), `[2]` for its third. An item is emptied in
 * its place and never taken out, so that the places of the others stay what the decision recorded. Total: a
 * path that leads nowhere in this message changes nothing, and is still named, so that the variant tells the
 * same of every message. Decisions are kept for ever, so a form of path once understood stays understood.
 */
export function renderVariant(message: Message, withheld: readonly string[]): Message {
  let variant: Record<string, unknown> = { ...message };
  for (const path of withheld) {
    variant = blankRecord(variant, messageFields, splitPath(path));
  }
  return { ...message, ...variant, withheld: [...new Set([...message.withheld, ...withheld])].sort() };
}

interface Segment {
  readonly name: string;
  /** Which items of a list: every one, the one at this place, or the list as a whole. */
  readonly items: 'every' | number | 'whole';
}

function splitPath(path: string): readonly Segment[] {
  return path.split('.').map((part) => {
    const [, name, place] = /^(.*)\[(\d*)\]$/s.exec(part) ?? [];
    if (name === undefined) return { name: part, items: 'whole' };
    return { name, items: place === undefined || place === '' ? 'every' : Number(place) };
  });
}

function blankRecord(
  record: Record<string, unknown>,
  fields: ReadonlyMap<string, AvroField>,
  [head, ...rest]: readonly Segment[],
): Record<string, unknown> {
  const field = head === undefined ? undefined : fields.get(head.name);
  if (head === undefined || field === undefined || !Object.hasOwn(record, head.name)) return record;
  const current = record[head.name];
  if (Array.isArray(current)) {
    const items = blankItems(current, field, head.items, rest);
    return items === current ? record : { ...record, [head.name]: items };
  }
  if (rest.length === 0) {
    if (typeof head.items === 'number') return record;
    return { ...record, [head.name]: emptied(head.name, field, current) };
  }
  return isRecord(current) ? { ...record, [head.name]: blankRecord(current, field.fields(), rest) } : record;
}

function blankItems(
  list: readonly unknown[],
  field: AvroField,
  which: Segment['items'],
  rest: readonly Segment[],
): readonly unknown[] {
  if (which === 'whole' || (which === 'every' && rest.length === 0)) return rest.length === 0 ? [] : list;
  return list.map((item, place) => {
    if (which !== 'every' && which !== place) return item;
    if (rest.length === 0) return field.emptyItem();
    return isRecord(item) ? blankRecord(item, field.fields(), rest) : item;
  });
}

/** A withheld body is emptied, not removed: a message without the body of its kind is not a message. */
function emptied(name: string, field: AvroField, current: unknown): unknown {
  if (!bodyFields.has(name) || !isRecord(current)) return field.empty();
  return Object.fromEntries([...field.fields()].map(([inner, each]) => [inner, each.empty()]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
