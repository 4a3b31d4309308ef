import avsc from 'avsc';
import {
  type AvroField,
  type AvroNamed,
  type AvroRecord,
  namedTypesOf,
  type Shape,
  shapeOf,
} from '../avro-model.ts';
import { canonicalJson } from '../canonical-json.ts';

/** FULL_TRANSITIVE for one record: every version must read every other. `schemas` are in order, the oldest first. */
export function compatibilityProblems(schemas: readonly AvroRecord[]): string[] {
  const problems: string[] = [];
  schemas.forEach((newer, index) => {
    for (const [olderIndex, older] of schemas.slice(0, index).entries()) {
      const label = `${newer.name} ${index + 1} against ${olderIndex + 1}`;
      problems.push(...pairProblems(older, newer).map((problem) => `${label}: ${problem}`));
    }
  });
  return problems;
}

/** Why an older and a newer version of a record cannot live together. */
export function pairProblems(older: AvroRecord, newer: AvroRecord): string[] {
  const problems = [...recordProblems(older, newer, older.name, namedTypesOf(older), namedTypesOf(newer))];
  for (const [reader, writer, direction] of [
    [newer, older, 'the newer cannot read the older'],
    [older, newer, 'the older cannot read the newer'],
  ] as const) {
    const reason = unreadable(reader, writer);
    if (reason !== undefined) problems.push(`${direction}: ${reason}`);
  }
  return [...new Set(problems)];
}

function unreadable(reader: AvroRecord, writer: AvroRecord): string | undefined {
  const typeOf = (schema: AvroRecord): avsc.Type =>
    avsc.Type.forSchema(structuredClone(schema) as avsc.Schema, { registry: {}, wrapUnions: 'never' });
  try {
    typeOf(reader).createResolver(typeOf(writer));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  }
}

type Named = ReadonlyMap<string, AvroNamed>;

// avsc lets pass what the Avro specification lets pass. These rules are stricter where a pass would
// lose or change data between two releases that run side by side.
function* recordProblems(
  older: AvroRecord,
  newer: AvroRecord,
  path: string,
  olderNames: Named,
  newerNames: Named,
): Generator<string> {
  if (older.name !== newer.name) yield `${path}: record ${older.name} became ${newer.name}`;
  const fields = new Map(newer.fields.map((field) => [field.name, field]));
  for (const before of older.fields) {
    const at = `${path}.${before.name}`;
    const after = fields.get(before.name);
    if (after === undefined) {
      yield `${at}: removed or renamed; a field stays, and a new name is a new field`;
      continue;
    }
    yield* defaultProblems(before, after, at);
    yield* boundProblems(before, after, at);
    try {
      const [was, is] = [shapeOf(before.type, olderNames), shapeOf(after.type, newerNames)];
      yield* shapeProblems(was, is, at, olderNames, newerNames);
    } catch (error) {
      yield `${at}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const known = new Set(older.fields.map((field) => field.name));
  for (const field of newer.fields) {
    if (!known.has(field.name) && field.default === undefined) {
      yield `${path}.${field.name}: added without a default`;
    }
  }
}

function* defaultProblems(before: AvroField, after: AvroField, at: string): Generator<string> {
  if (before.default === undefined) return;
  if (after.default === undefined) yield `${at}: its default is gone`;
  else if (canonicalJson(before.default) !== canonicalJson(after.default)) {
    yield `${at}: its default changed, so the same bytes would read differently`;
  }
}

function* boundProblems(before: AvroField, after: AvroField, at: string): Generator<string> {
  const { chappe: was = {} } = before;
  const { chappe: is = {} } = after;
  for (const name of ['maxLength', 'maxItems', 'max'] as const) {
    const limit = is[name];
    if (limit !== undefined && limit < (was[name] ?? Number.POSITIVE_INFINITY))
      yield `${at}: ${name} is narrower`;
  }
  if (is.min !== undefined && is.min > (was.min ?? Number.NEGATIVE_INFINITY)) yield `${at}: min is narrower`;
  if (is.pattern !== undefined && is.pattern !== was.pattern)
    yield `${at}: pattern changed; it may only be dropped`;
}

function* shapeProblems(
  before: Shape,
  after: Shape,
  at: string,
  olderNames: Named,
  newerNames: Named,
): Generator<string> {
  if (before.nullable !== after.nullable)
    yield `${at}: ${after.nullable ? 'became' : 'is no longer'} nullable`;
  if (before.is !== after.is) {
    yield `${at}: ${before.is} became ${after.is}`;
  } else if (before.is === 'record' && after.is === 'record') {
    yield* recordProblems(before.record, after.record, at, olderNames, newerNames);
  } else if (before.is === 'array' && after.is === 'array') {
    yield* shapeProblems(before.items, after.items, `${at}[]`, olderNames, newerNames);
  } else if (before.is === 'enum' && after.is === 'enum') {
    const { codes: was } = before;
    const { codes: is } = after;
    if (was.name !== is.name) yield `${at}: enum ${was.name} became ${is.name}`;
    const kept = was.symbols.every((symbol, index) => is.symbols[index] === symbol);
    if (!kept)
      yield `${at}: symbols of ${was.name} were removed or reordered; they are only added, at the end`;
    if (is.default !== 'UNKNOWN') yield `${at}: enum ${is.name} must keep the default UNKNOWN`;
  } else if ('timestamp' in before && 'timestamp' in after && before.timestamp !== after.timestamp) {
    yield `${at}: ${after.timestamp ? 'became' : 'is no longer'} a time`;
  }
}
