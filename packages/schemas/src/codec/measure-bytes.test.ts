import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AvroField, type AvroRecord, largestLong } from '../avro-model.ts';
import { compileMeasure } from './measure-bytes.ts';

function recordWith(...fields: AvroField[]): AvroRecord {
  return { type: 'record', name: 'Planted', namespace: 'chappe', fields };
}

function varint(value: number): Buffer {
  return avsc.Type.forSchema('long').toBuffer(value);
}

const manyNulls = recordWith({
  name: 'items',
  type: { type: 'array', items: 'null' },
  chappe: { maxItems: 10 },
});
const texts = recordWith({
  name: 'items',
  type: { type: 'array', items: 'string' },
  chappe: { maxItems: 3, maxLength: 4 },
});

describe('measuring before decoding', () => {
  it('refuses five bytes that ask for sixteen million items', () => {
    const bytes = Buffer.concat([varint(16_000_000), varint(0)]);
    expect(bytes.length).toBe(5);
    const measure = compileMeasure(manyNulls);
    expect(measure(bytes, 0)).toBe(-1);
    expect(measure(Buffer.concat([varint(10), varint(0)]), 0)).toBe(2);
    expect(measure(Buffer.concat([varint(11), varint(0)]), 0)).toBe(-1);
  });

  it('adds the items of all blocks up', () => {
    const block = Buffer.concat([varint(6), varint(6), varint(0)]);
    expect(compileMeasure(manyNulls)(block, 0)).toBe(-1);
    expect(compileMeasure(manyNulls)(Buffer.concat([varint(6), varint(4), varint(0)]), 0)).toBe(3);
  });

  it('reads blocks that announce their size, and refuses a size that lies', () => {
    const item = Buffer.concat([varint(2), Buffer.from('ab')]);
    const block = (size: number): Buffer => Buffer.concat([varint(-1), varint(size), item, varint(0)]);
    const measure = compileMeasure(texts);
    expect(measure(block(3), 0)).toBe(block(3).length);
    expect(measure(block(2), 0)).toBe(-1);
    expect(measure(block(-3), 0)).toBe(-1);
  });

  it('holds texts to four bytes per character of their bound, and to what is there', () => {
    const text = (length: number, bytes: string): Buffer =>
      Buffer.concat([varint(1), varint(length), Buffer.from(bytes), varint(0)]);
    const measure = compileMeasure(texts);
    expect(measure(text(16, '😀😀😀😀'), 0)).toBe(19);
    expect(measure(text(17, 'x'.repeat(17)), 0)).toBe(-1);
    expect(measure(text(9, 'abc'), 0)).toBe(-1);
    expect(measure(text(-1, 'abc'), 0)).toBe(-1);
  });

  it('refuses text that is not UTF-8', () => {
    const latin1 = Buffer.concat([varint(1), varint(1), Buffer.from([0xe9]), varint(0)]);
    expect(compileMeasure(texts)(latin1, 0)).toBe(-1);
  });

  it.each<[string, AvroField['type'], Buffer, number]>([
    ['a boolean of 1', 'boolean', Buffer.from([1]), 1],
    ['a boolean of 2', 'boolean', Buffer.from([2]), -1],
    ['an int of 2^31 - 1', 'int', varint(2_147_483_647), 5],
    ['an int of 2^31', 'int', varint(2_147_483_648), -1],
    ['a finite double', 'double', Buffer.from(new Float64Array([1.5]).buffer), 8],
    ['NaN', 'double', Buffer.from(new Float64Array([Number.NaN]).buffer), -1],
    ['half a double', 'double', Buffer.alloc(4), -1],
    [
      'a time in the year 10000',
      { type: 'long', logicalType: 'timestamp-millis' },
      varint(253_402_300_800_000),
      -1,
    ],
    ['a third branch', ['null', 'string'], varint(2), -1],
    ['a symbol beyond the last', { type: 'enum', name: 'E', symbols: ['UNKNOWN', 'A'] }, varint(2), -1],
    ['a negative symbol', { type: 'enum', name: 'E', symbols: ['UNKNOWN', 'A'] }, varint(-1), -1],
    ['a number that never ends', 'long', Buffer.alloc(12, 0xff), -1],
  ])('measures %s', (_, type, bytes, end) => {
    expect(compileMeasure(recordWith({ name: 'value', type }))(bytes, 0)).toBe(end);
  });

  it('reads every safe integer as avsc writes it, and nothing beyond', () => {
    const measure = compileMeasure(recordWith({ name: 'value', type: 'long' }));
    fc.assert(
      fc.property(fc.integer({ min: -largestLong, max: largestLong }), (value) => {
        const bytes = varint(value);
        expect(measure(bytes, 0)).toBe(bytes.length);
      }),
    );
    expect(measure(varint(largestLong), 0)).toBe(8);
    expect(measure(varint(-largestLong), 0)).toBe(8);
    const next = varint(largestLong);
    next.writeUInt8(next.readUInt8(0) + 2, 0);
    expect(measure(next, 0)).toBe(-1);
    expect(measure(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]), 0)).toBe(-1);
  });
});
