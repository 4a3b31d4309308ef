import { readdirSync, readFileSync } from 'node:fs';
import { type AvroNamed, type AvroRecord, type AvroType, isPrimitive, isUnion } from '../avro-model.ts';
import type { RecordName } from '../record-names.ts';

/** The readable sources: one file per record, small companions and codes in lists. */
export function readSources(folder: URL): Map<string, AvroNamed> {
  const sources = new Map<string, AvroNamed>();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.avsc') && !file.startsWith('versions'))
    .sort();
  for (const file of files) {
    const content: AvroNamed | AvroNamed[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    for (const definition of Array.isArray(content) ? content : [content]) {
      if (sources.has(definition.name)) throw new Error(`${definition.name} is defined twice (${file})`);
      sources.set(definition.name, definition);
    }
  }
  return sources;
}

/** One self-contained schema: every name is defined where it is first used. */
export function assemble(root: RecordName, sources: ReadonlyMap<string, AvroNamed>): AvroRecord {
  const defined = new Set<string>();
  const place = (type: AvroType): AvroType => {
    if (typeof type === 'string') {
      if (isPrimitive(type) || defined.has(type)) return type;
      const definition = sources.get(type);
      if (definition === undefined) throw new Error(`${root} uses ${type}, which no source defines`);
      return define(definition);
    }
    if (isUnion(type)) return type.map(place);
    if (type.type === 'array') return { ...type, items: place(type.items) };
    return type;
  };
  const define = (definition: AvroNamed): AvroNamed => {
    defined.add(definition.name);
    if (definition.type === 'enum') return definition;
    return {
      ...definition,
      fields: definition.fields.map((field) => ({ ...field, type: place(field.type) })),
    };
  };
  const source = sources.get(root);
  if (source?.type !== 'record') throw new Error(`no source defines the record ${root}`);
  const assembled = define(source);
  if (assembled.type !== 'record') throw new Error(`${root} is not a record`);
  return assembled;
}
