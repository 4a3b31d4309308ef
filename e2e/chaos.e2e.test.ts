import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runChaos } from './chaos/run/run-chaos.ts';

/**
 * The promise under fault: three brokers, senders and readers on all lanes, each of these kinds of fault once in
 * an order drawn from a seed, and then every inbox, the archive and what senders are told against what clients saw.
 * This run again, or a longer one: `npm run chaos -- --seed 20 --rounds 1 --rate 40 --kinds …` (docs/chaos.md).
 */
const seed = 20;
const kinds = [
  'kill-ingest',
  'kill-router',
  'kill-mailbox',
  'kill-at-step',
  'kill-broker',
  'drop-answers-of-kafka',
  'drop-answers-of-postgres',
  'terminate-backends',
  'forge-redis',
  'repeat-concurrently',
  'publish-poison',
  'storm-rebalances',
];

it('nothing acknowledged is lost, doubled or shown to the wrong reader while faults come and go', {
  timeout: 600_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chappe-chaos-'));
  const lines: string[] = [];
  const result = await runChaos({
    seed,
    minutes: 5,
    rounds: 1,
    brokers: 3,
    ratePerSecond: 40,
    kinds,
    folder,
    onLine: (line) => lines.push(line),
  });
  const told = lines.join('\n');
  expect(result?.violations, told).toEqual([]);
  expect(result?.broken, told).toEqual([]);
  expect(result?.settled, told).toBe(true);
  expect(result?.kinds.length, told).toBeGreaterThanOrEqual(8);
  expect(result?.acknowledged, told).toBeGreaterThan(1_000);
  console.log(told);
  rmSync(folder, { recursive: true, force: true });
});
