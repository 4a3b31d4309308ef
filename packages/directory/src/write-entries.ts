import { type AvroField, type AvroType, avroSchemaOf, canonicalJson } from '@chappe/schemas';
import { entryLists, recordFields } from './check-form.ts';
import { type DirectoryEntries, type EntryList, emptyLists } from './directory-entries.ts';
import { type FileEntries, issuerPlaceholder } from './read-entries.ts';

type Write = (value: unknown) => unknown;

let compiled: ReadonlyMap<string, Write> | undefined;

/**
 * Writes entries in the form that files have: times in ISO 8601, nothing that equals its default, and the
 * installation's own issuer as `{issuer}`. The inverse of `readEntries` for entries that are sound.
 */
export function writeEntries(entries: DirectoryEntries, issuer: string): FileEntries {
  const files = emptyLists<object>();
  for (const list of entryLists) {
    for (const entry of entries[list]) files[list].push(writeEntry(list, entry, issuer));
  }
  return files;
}

/** Writes one entry; see `writeEntries`. */
export function writeEntry<L extends EntryList>(
  list: L,
  entry: DirectoryEntries[L][number],
  issuer: string,
): object {
  compiled ??= compileWriters();
  const written = compiled.get(recordFields[list])?.(entry);
  const fields: object = typeof written === 'object' && written !== null ? written : {};
  return 'issuer' in fields && fields.issuer === issuer ? { ...fields, issuer: issuerPlaceholder } : fields;
}

function compileWriters(): ReadonlyMap<string, Write> {
  const named = new Map<string, Write>();
  return new Map(
    avroSchemaOf('DirectoryRecord').fields.map((field) => [field.name, compile(field.type, named)]),
  );
}

const asItIs: Write = (value) => value;

function compile(type: AvroType, named: Map<string, Write>): Write {
  if (typeof type === 'string') return named.get(type) ?? asItIs;
  if (!('type' in type)) {
    const [, inner] = type;
    const write = inner === undefined ? asItIs : compile(inner, named);
    return (value) => (value === null || value === undefined ? null : write(value));
  }
  switch (type.type) {
    case 'record': {
      const write = recordWriter(type.fields.map((field) => [field, compile(field.type, named)]));
      named.set(type.name, write);
      return write;
    }
    case 'enum':
      return asItIs;
    case 'array': {
      const item = compile(type.items, named);
      return (value) => (Array.isArray(value) ? value.map(item) : value);
    }
    default:
      return (value) => (typeof value === 'number' ? new Date(value).toISOString() : value);
  }
}

function recordWriter(fields: readonly (readonly [AvroField, Write])[]): Write {
  return (value) => {
    if (typeof value !== 'object' || value === null) return value;
    const given: Readonly<Record<string, unknown>> = { ...value };
    return Object.fromEntries(
      fields
        .filter(([field]) => !isDefault(field, given[field.name]))
        .map(([field, write]) => [field.name, write(given[field.name])]),
    );
  };
}

/** A file may leave out only what the schema has a default for. */
function isDefault({ default: ifAbsent }: AvroField, value: unknown): boolean {
  if (ifAbsent === undefined) return false;
  return value === ifAbsent || canonicalJson([value ?? null]) === canonicalJson([ifAbsent]);
}
