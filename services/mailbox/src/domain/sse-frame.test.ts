import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deliveryFrame,
  endFrame,
  formatCursor,
  heartbeatFrame,
  openingFrame,
  parseCursor,
  resetFrame,
} from './sse-frame.ts';

const cursors = fc.record({
  epoch: fc.integer({ min: 1, max: 999_999_999 }),
  number: fc.integer({ min: 0, max: 999_999_999_999_999 }),
});

/** The interpretation of the HTML standard, reduced to what the frames use. */
function interpret(stream: string): { events: { type: string; data: string; id: string }[]; id: string } {
  const events: { type: string; data: string; id: string }[] = [];
  let [id, type, data] = ['', '', ''];
  for (const line of stream.split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    const [field, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    if (line === '') {
      if (data !== '') events.push({ type: type || 'message', data: data.slice(0, -1), id });
      [type, data] = ['', ''];
    } else if (field === 'id') id = value;
    else if (field === 'event') type = value;
    else if (field === 'data') data += `${value}\n`;
  }
  return { events, id };
}

describe('cursors', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  test.each([
    '',
    '1',
    '1.',
    '.1',
    '0.1',
    '1.-1',
    '1.01',
    '01.1',
    '1.1 ',
    '1.1\n',
    'a.b',
    '1.9999999999999999',
  ])('refuses %j', (text) => {
    expect(parseCursor(text)).toBeNull();
  });
});

describe('frames', () => {
  test('any item arrives as it was, whatever its text holds', () => {
    fc.assert(
      fc.property(cursors, fc.array(fc.jsonValue({ stringUnit: 'binary' })), (cursor, values) => {
        const frames = values.map((value) => deliveryFrame(cursor, JSON.stringify({ value })));
        const { events } = interpret(frames.join(''));
        expect(events.map((event) => JSON.parse(event.data))).toEqual(
          values.map((value) => JSON.parse(JSON.stringify({ value }))),
        );
        expect(events.every((event) => event.type === 'delivery' && event.id === formatCursor(cursor))).toBe(
          true,
        );
      }),
    );
  });

  test('a heartbeat moves the cursor without an event', () => {
    const { events, id } = interpret(heartbeatFrame({ epoch: 2, number: 17 }));
    expect(events).toEqual([]);
    expect(id).toBe('2.17');
  });

  test('an opening shows nothing, and gives the cursor and the pause before reconnecting', () => {
    expect(interpret(openingFrame({ epoch: 1, number: 4 }, 1000))).toEqual({ events: [], id: '1.4' });
    expect(openingFrame({ epoch: 1, number: 4 }, 1000)).toMatch(/^retry: 1000\n/);
  });

  test('a reset names the epoch that counts from now on', () => {
    const { events } = interpret(resetFrame({ epoch: 3, number: 0 }));
    expect(events).toEqual([{ type: 'reset', data: '{"epoch":3,"since":0}', id: '3.0' }]);
  });

  test('an end does not move the cursor', () => {
    const { events, id } = interpret(deliveryFrame({ epoch: 1, number: 9 }, '{}') + endFrame('shutdown'));
    expect(events.at(-1)).toEqual({ type: 'end', data: '{"reason":"shutdown"}', id: '1.9' });
    expect(id).toBe('1.9');
  });
});
