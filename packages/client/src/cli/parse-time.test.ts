import { describe, expect, it } from 'vitest';
import { parseTime } from './parse-time.ts';
import { UsageError } from './usage-error.ts';

const nowMs = Date.UTC(2026, 10, 23, 9, 0, 0);

describe('a time as people type it', () => {
  it.each([
    ['now', '2026-11-23T09:00:00.000Z'],
    ['+8h', '2026-11-23T17:00:00.000Z'],
    ['+3d', '2026-11-26T09:00:00.000Z'],
    ['+3j', '2026-11-26T09:00:00.000Z'],
    ['-20m', '2026-11-23T08:40:00.000Z'],
    ['2026-11-25T12:00Z', '2026-11-25T12:00:00.000Z'],
    ['2026-11-25 12:00+01:00', '2026-11-25T11:00:00.000Z'],
  ])('%s', (given, expected) => {
    expect(parseTime(given, nowMs)).toBe(expected);
  });

  it('a day lasts until its end, an hour is of today, both where the writer is', () => {
    expect(parseTime('2026-11-25', nowMs)).toBe(new Date(2026, 10, 25, 23, 59, 59).toISOString());
    const today = new Date(nowMs);
    expect(parseTime('14:30', nowMs)).toBe(
      new Date(today.getFullYear(), today.getMonth(), today.getDate(), 14, 30).toISOString(),
    );
  });

  it.each(['', 'soon', '2026-02-31', '2026-13-01', '25:00', '+3w', '2026-11-25T12', '1764000000000'])(
    'is not %j',
    (given) => {
      expect(() => parseTime(given, nowMs)).toThrow(UsageError);
    },
  );
});
