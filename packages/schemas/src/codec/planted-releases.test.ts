import { describe, expect, it } from 'vitest';
import { exampleMessage } from '../../test/example-message.ts';
import type { AvroRecord } from '../avro-model.ts';
import { createDecoder } from './decode-record.ts';
import { createEncoder } from './encode-record.ts';
import { createSchemaTable, parseSchema, type SchemaTable, schemaTable } from './schema-table.ts';

// Three releases side by side: today's; the next, which knows a second Message but still writes the
// first; and the one after, which writes the second.
const today = schemaTable;
const nextId = today.highestId + 1;
const known = today.newest('Message').version;
const second = {
  id: nextId,
  record: 'Message',
  version: known + 1,
  schema: JSON.stringify(extended()),
} as const;
const next = release(known);
const afterNext = release(known + 1);

function release(written: number): SchemaTable {
  return createSchemaTable([...today.versions, second], {
    Message: written,
    Decision: 1,
    Delivery: 1,
    Receipt: 1,
    AuditEntry: 1,
    DirectoryRecord: 1,
  });
}

function extended(): AvroRecord {
  const schema = parseSchema(today.newest('Message'));
  const added = { name: 'caseNumber', type: ['null', 'string'], default: null, chappe: { maxLength: 20 } };
  const text = JSON.stringify({ ...schema, fields: [...schema.fields, added] });
  return JSON.parse(text.replace('"SERVICE"]', '"SERVICE","SAFETY_ALERT"]'));
}

describe('releases that run side by side', () => {
  const message = exampleMessage();

  it('let the next release read what today writes, with the default of the new field', () => {
    const result = createDecoder(next)('Message', createEncoder(today)('Message', message));
    expect(result).toMatchObject({ status: 'decoded', value: { ...message, caseNumber: null } });
  });

  it('let today read what the next release writes, because it still writes the version that today knows', () => {
    const bytes = createEncoder(next)('Message', message);
    expect(bytes).toEqual(createEncoder(today)('Message', message));
    expect(createDecoder(today)('Message', bytes)).toMatchObject({ status: 'decoded', value: message });
  });

  it('make today pause at what the release after the next writes', () => {
    const bytes = createEncoder(afterNext)('Message', Object.assign({ caseNumber: 'X-1' }, message));
    expect(createDecoder(today)('Message', bytes)).toEqual({ status: 'newer', schemaId: nextId });
    expect(createDecoder(next)('Message', bytes)).toMatchObject({
      status: 'decoded',
      value: { caseNumber: 'X-1' },
    });
  });

  it('make one resolver per writer, and keep it', () => {
    const version = next.byId(today.newest('Message').id);
    if (version === undefined) throw new Error('the next release forgot a version');
    const first = next.readerOf(version);
    expect(first.resolver).toBeDefined();
    expect(next.readerOf(version)).toBe(first);
  });
});
