import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { type Caught, plantAndCheck } from './planted-bugs/plant-and-check.ts';
import { noBug, tenBugs } from './planted-bugs/ten-bugs.ts';

/**
 * The checker of the chaos runs is checked: ten defects, each of the kind that loses, doubles or leaks messages
 * without an error anywhere, are planted in a service one after the other; a short workload under a fitting fault
 * must bring each to light as the broken invariant that it is. The same without a defect must find nothing.
 */
let system: ExerciseStack;
const lives: string[] = [];

beforeAll(async () => {
  system = await startExerciseStack({ serviceEnv: { ingest: { RATE_LIMIT_PER_SECOND: '0' } } });
});
afterAll(async () => {
  await system?.stop();
  console.log(['', 'planted bug: how long it lived', ...lives, ''].join('\n'));
});

function record(name: string, { livedMs, violations, acknowledged }: Caught): void {
  const invariants = [...new Set(violations.map((each) => each.invariant))].join(' ') || 'none';
  const seconds = (livedMs / 1000).toFixed(1).padStart(5);
  lives.push(
    `${seconds} s  ${name}: ${violations.length} violations (${invariants}) in ${acknowledged} messages`,
  );
}

it('without a bug nothing is found, under kills, forgotten submissions and replayed dead letters', async () => {
  const caught = await plantAndCheck(system, noBug, 1);
  record(noBug.name, caught);
  expect(caught.story).toEqual([]);
  expect(caught.violations).toEqual([]);
  expect(caught.acknowledged).toBeGreaterThan(100);
});

describe('a planted bug is caught', () => {
  it.each(tenBugs.map((bug, index) => [bug.name, bug, index] as const))('%s', async (name, bug, index) => {
    const caught = await plantAndCheck(system, bug, index + 2);
    record(name, caught);
    const invariants = new Set(caught.violations.map((each) => each.invariant));
    expect([...invariants], caught.story.join('\n')).toContain(bug.breaks);
    expect(caught.story.length).toBeGreaterThan(3);
  });
});
