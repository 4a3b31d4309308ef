import { expect, it } from 'vitest';
import type { Log } from './log.ts';
import { warnSeldom } from './warn-seldom.ts';

function given() {
  const lines: object[] = [];
  const silent = (): void => undefined;
  const log: Log = { debug: silent, info: silent, error: silent, warn: (fields) => void lines.push(fields) };
  return { log, lines };
}

it('passes the first line of a kind, then one in ten seconds with the number of those held back', () => {
  const { log, lines } = given();
  for (let nowMs = 0; nowMs < 25_000; nowMs += 100) warnSeldom(log, 'down', { code: 'X' }, 'down', nowMs);
  expect(lines).toEqual([{ code: 'X' }, { code: 'X', count: 99 }, { code: 'X', count: 99 }]);
});

it('keeps kinds and logs apart', () => {
  const { log, lines } = given();
  const other = given();
  for (const kind of ['a', 'b', 'a']) warnSeldom(log, kind, { code: kind }, 'm', 0);
  warnSeldom(other.log, 'a', { code: 'a' }, 'm', 0);
  expect(lines).toEqual([{ code: 'a' }, { code: 'b' }]);
  expect(other.lines).toHaveLength(1);
});

it('holds a bounded number of kinds', () => {
  const { log, lines } = given();
  for (let kind = 0; kind < 2_000; kind += 1) warnSeldom(log, `${kind}`, {}, 'm', 0);
  expect(lines).toHaveLength(2_000);
  warnSeldom(log, '0', {}, 'm', 1);
  expect(lines).toHaveLength(2_001);
});
