import { isUtf8 } from 'node:buffer';
import {
  type AvroNamed,
  type AvroRecord,
  type FieldRules,
  largestLong,
  namedTypesOf,
  type Shape,
  shapeOf,
} from '../avro-model.ts';

/** Walks untrusted Avro bytes without building anything. Returns where the value ends, or -1 when it may not be decoded. */
export type Measure = (bytes: Buffer, start: number) => number;

interface Cursor {
  readonly bytes: Buffer;
  position: number;
}

/** Advances the cursor over one value, or returns false. */
type Step = (cursor: Cursor) => boolean;

// Used where a schema gives no bound of its own.
const defaultMaxLength = 20_000;
const defaultMaxItems = 5_000;
// Years 0000 to 9999, which is what a date of RFC 3339 can say.
const earliestMs = -62_167_219_200_000;
const latestMs = 253_402_300_799_999;

/**
 * Compiles the bounds of a writer's schema. Counts and lengths are checked before anything is
 * allocated: five bytes can otherwise ask for sixteen million items.
 */
export function compileMeasure(schema: AvroRecord): Measure {
  const step = compileRecord(schema, namedTypesOf(schema), new Map());
  return (bytes, start) => {
    const cursor: Cursor = { bytes, position: start };
    return step(cursor) ? cursor.position : -1;
  };
}

function compileRecord(
  record: AvroRecord,
  named: ReadonlyMap<string, AvroNamed>,
  known: Map<string, Step>,
): Step {
  const steps: Step[] = [];
  const step: Step = (cursor) => {
    for (const field of steps) if (!field(cursor)) return false;
    return true;
  };
  const existing = known.get(record.name);
  if (existing !== undefined) return existing;
  known.set(record.name, step);
  for (const field of record.fields) {
    steps.push(compileShape(shapeOf(field.type, named), field.chappe ?? {}, named, known));
  }
  return step;
}

function compileShape(
  shape: Shape,
  rules: FieldRules,
  named: ReadonlyMap<string, AvroNamed>,
  known: Map<string, Step>,
): Step {
  const inner = compileBare(shape, rules, named, known);
  if (!shape.nullable) return inner;
  return (cursor) => {
    const branch = readLong(cursor);
    if (branch === 0) return true;
    return branch === 1 && inner(cursor);
  };
}

function compileBare(
  shape: Shape,
  rules: FieldRules,
  named: ReadonlyMap<string, AvroNamed>,
  known: Map<string, Step>,
): Step {
  switch (shape.is) {
    case 'record':
      return compileRecord(shape.record, named, known);
    case 'array':
      return arrayStep(compileShape(shape.items, rules, named, known), rules.maxItems ?? defaultMaxItems);
    case 'enum': {
      const count = shape.codes.symbols.length;
      return (cursor) => {
        const index = readLong(cursor);
        return index >= 0 && index < count;
      };
    }
    case 'string':
      return stringStep((rules.maxLength ?? defaultMaxLength) * 4);
    case 'boolean':
      return (cursor) => {
        const byte = cursor.bytes[cursor.position++];
        return byte === 0 || byte === 1;
      };
    case 'int':
      return (cursor) => isWithin(readLong(cursor), -2_147_483_648, 2_147_483_647);
    case 'long':
      return shape.timestamp
        ? (cursor) => isWithin(readLong(cursor), earliestMs, latestMs)
        : (cursor) => isWithin(readLong(cursor), -largestLong, largestLong);
    case 'double':
      return (cursor) => {
        if (cursor.position + 8 > cursor.bytes.length) return false;
        const value = cursor.bytes.readDoubleLE(cursor.position);
        cursor.position += 8;
        return Number.isFinite(value);
      };
    case 'null':
      return () => true;
  }
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function stringStep(maxBytes: number): Step {
  return (cursor) => {
    const length = readLong(cursor);
    const { bytes, position } = cursor;
    if (!(length >= 0 && length <= maxBytes && position + length <= bytes.length)) return false;
    const end = position + length;
    cursor.position = end;
    for (let index = position; index < end; index += 1) {
      if ((bytes[index] ?? 0) >= 0x80) return isUtf8(bytes.subarray(index, end));
    }
    return true;
  };
}

function arrayStep(item: Step, maxItems: number): Step {
  return (cursor) => {
    let total = 0;
    for (;;) {
      let count = readLong(cursor);
      if (count === 0) return true;
      let blockEnd = -1;
      if (count < 0) {
        // A negative count announces the block's size in bytes, which a reader may use to skip it.
        count = -count;
        const size = readLong(cursor);
        if (!(size >= 0)) return false;
        blockEnd = cursor.position + size;
      }
      total += count;
      if (!(total <= maxItems)) return false;
      for (let index = 0; index < count; index += 1) {
        if (!item(cursor)) return false;
      }
      if (blockEnd !== -1 && blockEnd !== cursor.position) return false;
    }
  };
}

/** A zigzag varint, or NaN when it does not end, or is beyond 2^53. */
function readLong(cursor: Cursor): number {
  const { bytes } = cursor;
  let low = 0;
  let high = 0;
  // Eight bytes of seven bits hold every safe integer; the halves stay below 2^28 each.
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[cursor.position];
    if (byte === undefined) return Number.NaN;
    cursor.position += 1;
    if (index < 4) low |= (byte & 0x7f) << (7 * index);
    else high |= (byte & 0x7f) << (7 * (index - 4));
    if (byte < 0x80) {
      const half = high * 0x800_0000 + (low >>> 1);
      const value = low & 1 ? -half - 1 : half;
      return Number.isSafeInteger(value) ? value : Number.NaN;
    }
  }
  return Number.NaN;
}
