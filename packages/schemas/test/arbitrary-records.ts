import fc from 'fast-check';
import {
  type AvroField,
  type AvroNamed,
  type AvroRecord,
  type FieldRules,
  largestLong,
  namedTypesOf,
  type Shape,
  shapeOf,
} from '../src/avro-model.ts';
import { avroSchemaOf } from '../src/codec/schema-table.ts';
import { kindFields } from '../src/generated/kinds.ts';
import { knownKinds } from '../src/message-body.ts';
import type { RecordName, RecordOf } from '../src/record-names.ts';

type Named = ReadonlyMap<string, AvroNamed>;

const bodyFieldNames: readonly string[] = Object.values(kindFields);

/** Properties of whole messages are many small draws; a busy machine needs its time for them. */
export const propertyTimeoutMs = 60_000;

/** Any value of a record that its schema and its bounds allow, patterns aside. */
export function arbitraryRecord<N extends RecordName>(record: N): fc.Arbitrary<RecordOf<N>> {
  const schema = avroSchemaOf(record);
  const arbitrary: fc.Arbitrary<unknown> = arbitraryFields(schema, namedTypesOf(schema));
  return arbitrary as fc.Arbitrary<RecordOf<N>>;
}

function arbitraryFields(record: AvroRecord, named: Named): fc.Arbitrary<object> {
  if (record.name === 'Message') return arbitraryMessage(record, named);
  return fc.record(
    Object.fromEntries(record.fields.map((field) => [field.name, arbitraryField(record, field, named)])),
  );
}

function arbitraryField(record: AvroRecord, field: AvroField, named: Named): fc.Arbitrary<unknown> {
  const shape = shapeOf(field.type, named);
  // A kind or a receipt's type that is UNKNOWN is never written: to a reader it means a newer release.
  const decides =
    shape.is === 'enum' && (field.name === 'kind' || (record.name === 'Receipt' && field.name === 'type'));
  return arbitraryShape(shape, field.chappe ?? {}, named, decides);
}

function arbitraryMessage(record: AvroRecord, named: Named): fc.Arbitrary<object> {
  const header = record.fields.filter(
    (field) => !bodyFieldNames.includes(field.name) && field.name !== 'kind',
  );
  const nothing = Object.fromEntries(bodyFieldNames.map((name) => [name, null]));
  const bodies = knownKinds.map((kind) => {
    const field = record.fields.find((candidate) => candidate.name === kindFields[kind]);
    if (field === undefined) throw new Error(`no body for ${kind}`);
    const shape = { ...shapeOf(field.type, named), nullable: false };
    return arbitraryShape(shape, {}, named, false).map((body) => ({
      ...nothing,
      kind,
      [kindFields[kind]]: body,
    }));
  });
  const fields = Object.fromEntries(
    header.map((field) => [field.name, arbitraryField(record, field, named)]),
  );
  return fc.tuple(fc.record(fields), fc.oneof(...bodies)).map(([values, body]) => ({ ...values, ...body }));
}

function arbitraryShape(
  shape: Shape,
  rules: FieldRules,
  named: Named,
  neverUnknown: boolean,
): fc.Arbitrary<unknown> {
  const bare = arbitraryBare(shape, rules, named, neverUnknown);
  return shape.nullable ? fc.option(bare, { nil: null }) : bare;
}

function arbitraryBare(
  shape: Shape,
  rules: FieldRules,
  named: Named,
  neverUnknown: boolean,
): fc.Arbitrary<unknown> {
  switch (shape.is) {
    case 'record':
      return arbitraryFields(shape.record, named);
    case 'enum':
      return fc.constantFrom(
        ...shape.codes.symbols.filter((symbol) => !neverUnknown || symbol !== 'UNKNOWN'),
      );
    case 'array':
      return fc.array(arbitraryShape(shape.items, rules, named, false), {
        maxLength: Math.min(rules.maxItems ?? 2, 2),
      });
    case 'string':
      return fc.string({ unit: 'binary', maxLength: Math.min(rules.maxLength ?? 12, 12) });
    case 'boolean':
      return fc.boolean();
    case 'double':
      return fc
        .double({ noNaN: true, noDefaultInfinity: true, min: rules.min ?? -1e9, max: rules.max ?? 1e9 })
        .map((value) => (value === 0 ? 0 : value));
    case 'int':
      return fc.integer({ min: rules.min ?? -2_147_483_648, max: rules.max ?? 2_147_483_647 });
    case 'long':
      return shape.timestamp
        ? fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 })
        : fc.integer({
            min: rules.min ?? -largestLong,
            max: Math.min(rules.max ?? largestLong, largestLong),
          });
    case 'null':
      return fc.constant(null);
  }
}
