import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRecord, propertyTimeoutMs } from '../../test/arbitrary-records.ts';
import { exampleMessage } from '../../test/example-message.ts';
import type { Message } from '../generated/records.ts';
import { recordNames } from '../record-names.ts';
import { decode } from './decode-record.ts';
import { EncodeError, encode } from './encode-record.ts';
import { schemaTable } from './schema-table.ts';

const { highestId } = schemaTable;

/** Frames a value without the encoder's own checks. */
function frameUnchecked(value: object): Buffer {
  const version = schemaTable.written('Message');
  const header = Buffer.from([0, 0, 0, 0, 0]);
  header.writeInt32BE(version.id, 1);
  return Buffer.concat([header, schemaTable.typeOf(version).toBuffer(value)]);
}

function framed(id: number, rest: Buffer = Buffer.from([0])): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, rest]);
}

describe('encode and decode', () => {
  it.each(recordNames)('bring back every %s', { timeout: propertyTimeoutMs }, (record) => {
    fc.assert(
      fc.property(arbitraryRecord(record), (value) => {
        expect(decode(record, encode(record, value))).toEqual({
          status: 'decoded',
          value,
          schemaId: schemaTable.written(record).id,
        });
      }),
      { numRuns: 40 },
    );
  });

  it('write the Confluent frame: zero, the id in four bytes, Avro', () => {
    const bytes = encode('Message', exampleMessage());
    expect(bytes[0]).toBe(0);
    expect(bytes.readInt32BE(1)).toBe(1009);
  });

  it('copy the bytes out: a later record leaves an earlier one alone', () => {
    const first = encode('Message', exampleMessage());
    const before = Buffer.from(first);
    encode('Message', exampleMessage({ reference: 'CI-26-2222222-2', keywords: ['other'] }));
    expect(first).toEqual(before);
  });

  it('carry a record larger than the pool', () => {
    const translations = ['ar', 'en', 'es'].map((language) => ({
      language,
      text: 'é'.repeat(20_000),
      machine: true,
    }));
    const message = exampleMessage({ translations });
    const bytes = encode('Message', message);
    expect(bytes.length).toBeGreaterThan(100_000);
    expect(decode('Message', bytes)).toMatchObject({ status: 'decoded', value: message });
  });
});

describe('encode refuses, naming the field and never its value', () => {
  it.each([
    [
      'a wrong type',
      { ...exampleMessage(), reference: 4711 },
      'Message cannot be encoded: invalid reference',
    ],
    ['a text beyond its bound', exampleMessage({ reference: 'x4711'.repeat(40) }), 'beyond its bounds'],
    [
      'too many items',
      exampleMessage({ keywords: Array.from({ length: 51 }, () => 'x4711') }),
      'beyond its bounds',
    ],
    ['a time out of reach', exampleMessage({ receivedAt: 8.64e15 }), 'beyond its bounds'],
    ['no body', exampleMessage({ lead: null }), 'kind and body do not agree'],
    ['an unknown kind', exampleMessage({ kind: 'UNKNOWN' }), 'kind and body do not agree'],
  ])('%s', (_, value, reason) => {
    const attempt = (): Buffer => encode('Message', value as Message);
    expect(attempt).toThrow(EncodeError);
    expect(attempt).toThrow(reason);
    expect(attempt).not.toThrow(/4711/);
  });
});

describe('decode answers with the fate of the bytes', () => {
  const good = encode('Message', exampleMessage());

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['four bytes', Buffer.from([0, 0, 0, 3])],
    ['another first byte', Buffer.concat([Buffer.from([1]), good.subarray(1)])],
  ])('%s is badly framed', (_, bytes) => {
    expect(decode('Message', bytes)).toEqual({ status: 'poison', code: 'BAD_FRAMING' });
  });

  it.each([highestId + 1, highestId + 1_000])('id %i may be a newer release', (id) => {
    expect(decode('Message', framed(id))).toEqual({ status: 'newer', schemaId: id });
  });

  it.each([0, 1, -1, 1_000, highestId + 1_001])('id %i belongs to nobody', (id) => {
    expect(decode('Message', framed(id))).toEqual({ status: 'poison', code: 'UNKNOWN_SCHEMA' });
  });

  it('another record is not taken for this one', () => {
    expect(decode('Decision', good)).toEqual({ status: 'poison', code: 'WRONG_RECORD' });
  });

  it('a readable message of an unknown kind is news', () => {
    expect(decode('Message', frameUnchecked(exampleMessage({ kind: 'UNKNOWN', lead: null })))).toMatchObject({
      status: 'newer',
    });
  });

  it.each([
    ['no body', exampleMessage({ lead: null })],
    ['a body of another kind', exampleMessage({ kind: 'SUPPLEMENT' })],
    [
      'a second body after its own',
      exampleMessage({ supplement: { text: 'x', entities: [], relations: [] } }),
    ],
    [
      'a second body before its own',
      exampleMessage({ kind: 'SUPPLEMENT', supplement: { text: 'x', entities: [], relations: [] } }),
    ],
  ])('%s is poison', (_, message) => {
    expect(decode('Message', frameUnchecked(message))).toEqual({ status: 'poison', code: 'UNDECODABLE' });
  });

  it('every truncation and every trailing byte is poison', () => {
    for (let length = 5; length < good.length; length += 1) {
      expect(decode('Message', good.subarray(0, length)).status).toBe('poison');
    }
    expect(decode('Message', Buffer.concat([good, Buffer.from([0])]))).toMatchObject({ code: 'UNDECODABLE' });
  });

  it('never throws on bytes that anybody made up', { timeout: propertyTimeoutMs }, () => {
    const mutation = fc.tuple(fc.integer({ min: 5, max: good.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [index, byte] of changes) bytes[index] = byte;
        expect(['decoded', 'newer', 'poison']).toContain(decode('Message', bytes).status);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...schemaTable.versions),
        fc.uint8Array({ maxLength: 400 }),
        (version, rest) => {
          const result = decode(version.record, framed(version.id, Buffer.from(rest)));
          expect(['decoded', 'newer', 'poison']).toContain(result.status);
        },
      ),
      { numRuns: 300 },
    );
  });
});
