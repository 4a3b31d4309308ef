import type { Fault } from '../faults/fault.ts';
import type { PlannedFault } from './planned-fault.ts';
import { type Random, seededRandom } from './seeded-random.ts';

/** What a plan needs to know of a kind of fault. */
export type PlannableKind = Pick<Fault, 'kind' | 'touches' | 'needs' | 'leastHoldMs' | 'mostHoldMs'>;

const leastPauseMs = 500;
const mostPauseMs = 3_500;
/** Of the faults that may begin together with the one before, this share does. */
const shareTogether = 0.35;

/**
 * The faults of a run of so many minutes, at most: how long the world takes to recover is not known beforehand,
 * so a run ends before its plan does. The same seed gives the same plan. Every kind comes once before any comes
 * again, in another order each time, so that any beginning of the plan is balanced.
 */
export function planFaults(options: {
  readonly seed: number;
  readonly minutes: number;
  readonly kinds: readonly PlannableKind[];
}): PlannedFault[] {
  const { seed, minutes, kinds } = options;
  if (kinds.length === 0) return [];
  const random = seededRandom(seed).fork('plan');
  const plan: PlannedFault[] = [];
  let before: PlannableKind | undefined;
  for (let lengthMs = 0; lengthMs < minutes * 60_000; ) {
    for (const kind of orderOfRound(kinds, before, random)) {
      const previous = plan.at(-1);
      const together =
        previous !== undefined &&
        before !== undefined &&
        // Two at once, never three.
        !previous.together &&
        mayRunTogether(before, kind) &&
        random.next() < shareTogether;
      const holdMs = between(kind.leastHoldMs, kind.mostHoldMs, random);
      const pauseMs = together ? 0 : between(leastPauseMs, mostPauseMs, random);
      plan.push({
        ordinal: plan.length + 1,
        kind: kind.kind,
        pauseMs,
        holdMs,
        seed: random.integer(2 ** 31),
        together,
      });
      lengthMs += pauseMs + (together ? 0 : holdMs);
      before = kind;
    }
    // Kinds that take no time of their own still take some of the run's.
    lengthMs += 1_000;
  }
  return plan;
}

/** Whether neither disturbs what the other disturbs, or needs whole to mean something. */
export function mayRunTogether(one: PlannableKind, other: PlannableKind): boolean {
  const disturbs = (a: PlannableKind, b: PlannableKind): boolean =>
    a.touches.some((part) => b.touches.includes(part) || b.needs.includes(part));
  return one.kind !== other.kind && !disturbs(one, other) && !disturbs(other, one);
}

/** All kinds in a drawn order that does not begin with the kind that came last. */
function orderOfRound(
  kinds: readonly PlannableKind[],
  last: PlannableKind | undefined,
  random: Random,
): PlannableKind[] {
  const left = [...kinds];
  const order: PlannableKind[] = [];
  while (left.length > 0) {
    const candidates = order.length === 0 && left.length > 1 ? left.filter((kind) => kind !== last) : left;
    const next = random.pick(candidates);
    left.splice(left.indexOf(next), 1);
    order.push(next);
  }
  return order;
}

/** Whole tens of milliseconds: a timeline is read by people. */
function between(least: number, most: number, random: Random): number {
  return Math.round((least + random.next() * (most - least)) / 10) * 10;
}
