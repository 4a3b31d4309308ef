import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHistory, readHistory } from './open-history.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chappe-history-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const note = (text: string) => ({ what: 'note' as const, client: 'test', text });

it('gives back what was noted, in its order, also while it goes on', () => {
  const history = openHistory(join(folder, 'one'));
  history.append(note('first'));
  history.append(note('with\nline break and “é”'));
  const texts = () => [...history.events()].map((event) => (event.what === 'note' ? event.text : ''));
  expect(texts()).toEqual(['first', 'with\nline break and “é”']);
  history.append(note('third'));
  expect(texts()).toHaveLength(3);
  history.close();
  history.append(note('after the end'));
  expect(texts()).toHaveLength(3);
  expect(readFileSync(history.file, 'utf8').trimEnd().split('\n')).toHaveLength(3);
  const times = [...history.events()].map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

it('holds a run of hundreds of thousands of notes in little memory', () => {
  const history = openHistory(join(folder, 'many'));
  const filler = 'é'.repeat(150);
  const before = process.memoryUsage().rss;
  for (let count = 0; count < 300_000; count += 1) history.append(note(`${count} ${filler}`));
  let seen = 0;
  for (const event of history.events()) {
    if (event.what === 'note' && event.text.startsWith(`${seen} `)) seen += 1;
  }
  expect(seen).toBe(300_000);
  expect(statSync(history.file).size).toBeGreaterThan(100_000_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  history.close();
});

it('reads what a run left that was ended in the middle of a line', () => {
  const history = openHistory(join(folder, 'cut'));
  history.append(note('whole'));
  history.close();
  appendFileSync(history.file, '{"atMs":1,"what":"no');
  expect([...readHistory(history.file)]).toHaveLength(1);
});
