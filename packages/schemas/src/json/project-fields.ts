import { type AvroField, type AvroNamed, type Shape, shapeOf } from '../avro-model.ts';

type Named = ReadonlyMap<string, AvroNamed>;

/** A JSON object. */
export type JsonObject = { [name: string]: unknown };

/** Writes a record's fields into JSON. */
export type FieldWriter = (from: JsonObject, into: JsonObject) => void;

/** Reads a record's fields from JSON, defaults filled. */
export type FieldReader = (from: JsonObject, into: JsonObject) => void;

/** Compiles fields into JSON: null and what is empty is omitted, times become ISO 8601. */
export function compileFieldWriter(fields: readonly AvroField[], named: Named): FieldWriter {
  const writers = fields.map((field) => {
    const { name } = field;
    const shape = shapeOf(field.type, named);
    const write = compileWriter(shape, named);
    const omitEmpty = shape.is === 'record' && !shape.nullable && field.default !== undefined;
    return (from: JsonObject, into: JsonObject): void => {
      const value = from[name];
      if (value === null || (Array.isArray(value) && value.length === 0)) return;
      const written = write(value);
      if (omitEmpty && isObject(written) && Object.keys(written).length === 0) return;
      into[name] = written;
    };
  });
  return (from, into) => {
    for (const write of writers) write(from, into);
  };
}

/** Compiles the way back. A field that JSON leaves out gets what its absence means. */
export function compileFieldReader(fields: readonly AvroField[], named: Named): FieldReader {
  const readers = fields.map((field) => {
    const { name } = field;
    const shape = shapeOf(field.type, named);
    const read = compileReader(shape, named);
    const absent = field.chappe?.requestDefault ?? field.default;
    const absentText = JSON.stringify(absent);
    const isValue = typeof absent !== 'object' || absent === null;
    return (from: JsonObject, into: JsonObject): void => {
      const value = from[name];
      if (value !== undefined) into[name] = read(value);
      else if (absent === undefined) throw new TypeError(`${name} is missing`);
      else into[name] = isValue ? absent : JSON.parse(absentText);
    };
  });
  return (from, into) => {
    for (const read of readers) read(from, into);
  };
}

function compileWriter(shape: Shape, named: Named): (value: unknown) => unknown {
  switch (shape.is) {
    case 'record': {
      const write = compileFieldWriter(shape.record.fields, named);
      return (value) => {
        const into: JsonObject = {};
        write(asObject(value), into);
        return into;
      };
    }
    case 'array': {
      const write = compileWriter(shape.items, named);
      return (value) => asArray(value).map(write);
    }
    case 'long':
      return shape.timestamp ? (value) => new Date(Number(value)).toISOString() : (value) => value;
    case 'double':
      // JSON has no negative zero, and the digest of a variant must survive the way there and back.
      return (value) => (value === 0 ? 0 : value);
    default:
      return (value) => value;
  }
}

function compileReader(shape: Shape, named: Named): (value: unknown) => unknown {
  switch (shape.is) {
    case 'record': {
      const read = compileFieldReader(shape.record.fields, named);
      return (value) => {
        const into: JsonObject = {};
        read(asObject(value), into);
        return into;
      };
    }
    case 'array': {
      const read = compileReader(shape.items, named);
      return (value) => asArray(value).map(read);
    }
    case 'long':
      return shape.timestamp ? (value) => timeFromIso(value) : (value) => value;
    default:
      return (value) => value;
  }
}

function timeFromIso(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new TypeError('not a time');
  return time;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new TypeError('not an object');
  return value;
}

function asArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value;
}
