import { avroSchemaOf, kindFields, type Message } from '@chappe/schemas';
import { type AvroField, createAvroShape } from './avro-shape.ts';

const bodyFields: ReadonlySet<string> = new Set(Object.values(kindFields));
const shape = createAvroShape(avroSchemaOf('Message'));

/**
 * The message as one audience may see it: every withheld path is set to the empty value of its type, so
 * that the variant remains a valid record, and is named in `withheld`. A path is made of field names;
 * `[]` stands for every item of a list (`lead.entities[].person`). Total: a path that leads nowhere in
 * this message changes nothing, and is still named, so that the variant tells the same of every message.
 */
export function renderVariant(message: Message, withheld: readonly string[]): Message {
  let variant: Record<string, unknown> = { ...message };
  for (const path of withheld) {
    variant = blankRecord(variant, shape.root, splitPath(path));
  }
  return { ...message, ...variant, withheld: [...new Set([...message.withheld, ...withheld])].sort() };
}

type Segment = { readonly name: string; readonly everyItem: boolean };

function splitPath(path: string): readonly Segment[] {
  return path.split('.').map((part) => ({
    name: part.endsWith('[]') ? part.slice(0, -2) : part,
    everyItem: part.endsWith('[]'),
  }));
}

function blankRecord(
  record: Record<string, unknown>,
  fields: ReadonlyMap<string, AvroField>,
  [head, ...rest]: readonly Segment[],
): Record<string, unknown> {
  const field = head === undefined ? undefined : fields.get(head.name);
  if (head === undefined || field === undefined || !Object.hasOwn(record, head.name)) return record;
  const current = record[head.name];
  if (rest.length === 0) return { ...record, [head.name]: emptied(head.name, field, current) };
  const inner = field.fields();
  if (Array.isArray(current)) {
    return head.everyItem
      ? {
          ...record,
          [head.name]: current.map((item) => (isRecord(item) ? blankRecord(item, inner, rest) : item)),
        }
      : record;
  }
  return isRecord(current) ? { ...record, [head.name]: blankRecord(current, inner, rest) } : record;
}

/** A withheld body is emptied, not removed: a message without the body of its kind is not a message. */
function emptied(name: string, field: AvroField, current: unknown): unknown {
  if (!bodyFields.has(name) || !isRecord(current)) return field.empty();
  return Object.fromEntries([...field.fields()].map(([inner, each]) => [inner, each.empty()]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
