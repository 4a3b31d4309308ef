import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allFaults } from '../faults/all-faults.ts';
import type { Part } from '../faults/fault.ts';
import { mayRunTogether, type PlannableKind, planFaults } from './plan-faults.ts';

const parts: readonly Part[] = ['kafka', 'postgres', 'redis', 'ingest', 'router', 'mailbox', 'archive'];

const kindSets = fc
  .uniqueArray(
    fc.record({
      kind: fc.stringMatching(/^[a-z]{1,6}$/),
      touches: fc.subarray([...parts], { maxLength: 3 }),
      needs: fc.subarray([...parts], { maxLength: 3 }),
      leastHoldMs: fc.integer({ min: 0, max: 5_000 }),
      mostHoldMs: fc.integer({ min: 5_000, max: 15_000 }),
    }),
    { selector: ({ kind }) => kind, minLength: 1, maxLength: 12 },
  )
  .map((kinds): readonly PlannableKind[] => kinds);

const plans = fc.record({ seed: fc.nat(), minutes: fc.integer({ min: 1, max: 8 }), kinds: kindSets });

describe('a plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(plans, (wish) => {
        expect(planFaults(wish)).toEqual(planFaults(wish));
      }),
    );
    const wish = { minutes: 30, kinds: allFaults };
    expect(planFaults({ ...wish, seed: 1 })).not.toEqual(planFaults({ ...wish, seed: 2 }));
  });

  it('is balanced at any moment: no kind is more than one ahead of another', () => {
    fc.assert(
      fc.property(plans, (wish) => {
        const counts = new Map(wish.kinds.map(({ kind }) => [kind, 0]));
        for (const { kind } of planFaults(wish)) {
          counts.set(kind, (counts.get(kind) ?? Number.NaN) + 1);
          expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('holds each kind within its bounds, and lasts at least as long as the run', () => {
    fc.assert(
      fc.property(plans, (wish) => {
        let lengthMs = 0;
        for (const { kind, holdMs, pauseMs } of planFaults(wish)) {
          const known = wish.kinds.find((each) => each.kind === kind);
          expect(holdMs).toBeGreaterThanOrEqual((known?.leastHoldMs ?? Number.NaN) - 5);
          expect(holdMs).toBeLessThanOrEqual((known?.mostHoldMs ?? Number.NaN) + 5);
          lengthMs += holdMs + pauseMs + 1_000;
        }
        expect(lengthMs).toBeGreaterThanOrEqual(wish.minutes * 60_000);
      }),
    );
  });

  it('lets two begin together only when neither disturbs what the other needs, and never three', () => {
    fc.assert(
      fc.property(plans, (wish) => {
        const plan = planFaults(wish);
        for (const [index, { together, kind, ordinal }] of plan.entries()) {
          expect(ordinal).toBe(index + 1);
          if (!together) continue;
          const before = plan[index - 1];
          expect(before?.together).toBe(false);
          const [one, other] = [before?.kind, kind].map((name) =>
            wish.kinds.find((each) => each.kind === name),
          );
          if (one === undefined || other === undefined) throw new Error('a kind that nobody asked for');
          expect(mayRunTogether(one, other)).toBe(true);
        }
      }),
    );
  });

  it('of all kinds has some that begin together, and comes to more than a hundred in half an hour', () => {
    const plan = planFaults({ seed: 7, minutes: 30, kinds: allFaults });
    expect(plan.filter(({ together }) => together).length).toBeGreaterThan(10);
    expect(plan.length).toBeGreaterThan(100);
  });
});

describe('the kinds of faults', () => {
  it('are many, each named once, and none holds an outage for longer than it should', () => {
    expect(new Set(allFaults.map(({ kind }) => kind)).size).toBe(allFaults.length);
    expect(allFaults.length).toBeGreaterThanOrEqual(25);
    for (const { mostHoldMs, leastHoldMs } of allFaults) {
      expect(leastHoldMs).toBeLessThanOrEqual(mostHoldMs);
      expect(mostHoldMs).toBeLessThanOrEqual(15_000);
    }
  });

  it('that take a store away never run beside one that needs it', () => {
    const kinds = new Map(allFaults.map((fault) => [fault.kind, fault]));
    const pair = (one: string, other: string): boolean => {
      const [a, b] = [kinds.get(one), kinds.get(other)];
      if (a === undefined || b === undefined) throw new Error('no such kind');
      return mayRunTogether(a, b);
    };
    expect(pair('kill-two-brokers', 'kill-router')).toBe(false);
    expect(pair('kill-postgres', 'publish-poison')).toBe(false);
    expect(pair('kill-broker', 'drop-answers-of-kafka')).toBe(false);
    expect(pair('kill-redis', 'kill-mailbox')).toBe(true);
    expect(pair('kill-postgres', 'kill-broker')).toBe(true);
  });
});
