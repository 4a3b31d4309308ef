import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBlockParser } from './parse-event-stream.ts';

const stream =
  'retry: 1000\n: chappe inbox\nid: 1.4\n\nevent: delivery\nid: 1.5\ndata: {"a":1}\n\n: heartbeat\nid: 1.6\n\nevent: end\ndata: {}\n\nevent: cut';

it('reads blocks as they are on the wire, wherever the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const parse = createBlockParser();
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      const blocks = places.slice(1).flatMap((end, index) => parse(stream.slice(places[index], end)));
      expect(blocks).toEqual([
        { name: undefined, id: '1.4', data: undefined },
        { name: 'delivery', id: '1.5', data: '{"a":1}' },
        { name: undefined, id: '1.6', data: undefined },
        { name: 'end', id: undefined, data: '{}' },
      ]);
    }),
  );
});

it('gives up on a block without an end', () => {
  const parse = createBlockParser();
  expect(() => parse('x'.repeat(5 * 1024 * 1024))).toThrow(RangeError);
});
