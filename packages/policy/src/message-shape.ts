import { avroSchemaOf } from '@chappe/schemas';
import { type AvroField, createAvroShape } from './avro-shape.ts';

/** The fields of a message, as its schema declares them. */
export const messageFields: ReadonlyMap<string, AvroField> = createAvroShape(avroSchemaOf('Message')).root;

/**
 * The paths of everything in a message but these: what is withheld from somebody who may have no more. Made
 * from the schema, so that a field added to it is withheld until somebody decides that it may be kept. A path
 * that leads nowhere keeps nothing, nor does one that leads into a list: a list is kept whole or not at all.
 */
export function pathsOutside(kept: readonly string[]): readonly string[] {
  return outside(messageFields, kept, '');
}

function outside(fields: ReadonlyMap<string, AvroField>, kept: readonly string[], prefix: string): string[] {
  return [...fields].flatMap(([name, field]) => {
    const path = prefix + name;
    if (kept.includes(path)) return [];
    const inner = kept.filter((each) => each.startsWith(`${path}.`));
    return inner.length === 0 || isListField(field) ? [path] : outside(field.fields(), inner, `${path}.`);
  });
}

/** Whether a field holds a list. */
export function isListField(field: AvroField): boolean {
  return Array.isArray(field.empty());
}
