import { describe, expect, test } from 'vitest';
import { startStream } from './start-stream.ts';

const head = { epoch: 2, last: 40 };
const from = (number: number) => ({ status: 'resume', cursor: { epoch: 2, number } });
const restart = { status: 'reset', cursor: { epoch: 2, number: 0 } };

describe('where a stream starts', () => {
  test.each([
    ['nothing said: from the beginning', null, null, from(0)],
    ['after a number', null, '12', from(12)],
    ['after the last number', null, '40', from(40)],
    ['only what comes', null, 'latest', from(40)],
    ['after the last event', '2.39', null, from(39)],
    ['the last event wins over the address that the browser repeats', '2.39', '3', from(39)],
    ['an empty last event says nothing', '', '3', from(3)],
    ['a cursor from before a restore', '1.39', null, restart],
    ['a cursor from after a restore that was undone', '3.2', null, restart],
    ['a cursor past the end', '2.41', null, restart],
    ['a number past the end', null, '41', restart],
    ['not a cursor', 'x', null, { status: 'invalid-cursor' }],
    ['a bare number is not a cursor', '39', null, { status: 'invalid-cursor' }],
    ['not a number', null, '-1', { status: 'invalid-cursor' }],
  ])('%s', (_case, lastEventId, since, expected) => {
    expect(startStream({ lastEventId, since }, head)).toEqual(expected);
  });
});
