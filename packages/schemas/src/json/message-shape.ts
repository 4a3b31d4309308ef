import { type AvroField, type AvroNamed, type AvroRecord, namedTypesOf, shapeOf } from '../avro-model.ts';
import { parseSchema, schemaTable } from '../codec/schema-table.ts';
import { kindFields } from '../generated/kinds.ts';

/** A Message schema with its names, and its fields told apart: header or body. */
export interface MessageShape {
  readonly record: AvroRecord;
  readonly named: ReadonlyMap<string, AvroNamed>;
  readonly header: readonly AvroField[];
}

const bodyFieldNames: readonly string[] = Object.values(kindFields);

/** The newest Message: what messages are in memory. */
export const newestMessage = shapeMessage(parseSchema(schemaTable.newest('Message')));

/** The Message that this release writes: what a request may hold. */
export const writtenMessage = shapeMessage(parseSchema(schemaTable.written('Message')));

/** Paths of the header that only the server sets; a client that sends one of them is refused. */
export const serverSetFields: readonly string[] = writtenMessage.header.flatMap((field) => {
  if (field.chappe?.serverSet) return [field.name];
  const shape = shapeOf(field.type, writtenMessage.named);
  if (shape.is !== 'record') return [];
  return shape.record.fields
    .filter((inner) => inner.chappe?.serverSet)
    .map((inner) => `${field.name}.${inner.name}`);
});

function shapeMessage(record: AvroRecord): MessageShape {
  const header = record.fields.filter(
    (field) => !bodyFieldNames.includes(field.name) && field.name !== 'kind',
  );
  return { record, named: namedTypesOf(record), header };
}

/** The number of the Message version that this release writes: the header's `schemaVersion`. */
export const messageSchemaVersion: number = schemaTable.written('Message').version;
