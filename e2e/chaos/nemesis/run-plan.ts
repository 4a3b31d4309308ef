import { type Fault, type FaultContext, PromiseBroken } from '../faults/fault.ts';
import { hold } from '../faults/hold.ts';
import { healWorld, waitUntilRecovered } from './heal-world.ts';
import type { PlannedFault } from './planned-fault.ts';
import { seededRandom } from './seeded-random.ts';

/** What became of one planned fault. */
export interface FaultOutcome {
  readonly planned: PlannedFault;
  /** `done`: it did what it is for. `broken`: it saw what must never be. `failed`: it could not be carried out. */
  readonly status: 'done' | 'broken' | 'failed';
  readonly text: string;
}

/** One step of the timeline: a fault, or two that began together, and what the world looked like afterwards. */
export interface TimelineStep {
  readonly outcomes: readonly FaultOutcome[];
  readonly tookMs: number;
  /** How long after the end of the faults every service was ready again. */
  readonly recoveredAfterMs: number;
  /** Who was waited for last. */
  readonly last: readonly string[];
  /** Who was not ready when the wait was over. */
  readonly notReady: readonly string[];
}

/** What all faults of a run have in common. */
export type Surroundings = Omit<FaultContext, 'random' | 'holdMs'>;

/** Carries out a plan until it, the time or the run is over; after every step the world has time to recover. */
export async function runPlan(options: {
  readonly plan: readonly PlannedFault[];
  readonly faults: readonly Fault[];
  readonly surroundings: Surroundings;
  readonly untilMs: number;
  onStep(step: TimelineStep): Promise<void>;
}): Promise<void> {
  const { faults, surroundings, untilMs, onStep } = options;
  const { signal, stack, orders } = surroundings;
  const kinds = new Map(faults.map((fault) => [fault.kind, fault]));
  for (const group of groupsOf(options.plan)) {
    await hold(group[0]?.pauseMs ?? 0, signal);
    if (signal.aborted || performance.now() >= untilMs) return;
    const startedAtMs = performance.now();
    const outcomes = await Promise.all(
      group.map((planned) => carryOut(planned, kinds.get(planned.kind), surroundings)),
    );
    const tookMs = performance.now() - startedAtMs;
    if (outcomes.some(({ status }) => status === 'failed')) await healWorld(stack, orders);
    const { afterMs, notReady, last } = await waitUntilRecovered(stack, signal);
    await onStep({ outcomes, tookMs, recoveredAfterMs: afterMs, last, notReady });
  }
}

async function carryOut(
  planned: PlannedFault,
  fault: Fault | undefined,
  surroundings: Surroundings,
): Promise<FaultOutcome> {
  if (fault === undefined) return { planned, status: 'failed', text: 'no such kind of fault' };
  const { history } = surroundings;
  const client = 'nemesis';
  history.append({ what: 'note', client, text: `${planned.kind} begins` });
  const outcome = await attempt(planned, fault, surroundings);
  history.append({ what: 'note', client, text: `${planned.kind} ended, ${outcome.status}: ${outcome.text}` });
  return outcome;
}

async function attempt(
  planned: PlannedFault,
  fault: Fault,
  surroundings: Surroundings,
): Promise<FaultOutcome> {
  try {
    const random = seededRandom(planned.seed);
    const text = await fault.run({ ...surroundings, random, holdMs: planned.holdMs });
    return { planned, status: 'done', text };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { planned, status: error instanceof PromiseBroken ? 'broken' : 'failed', text };
  }
}

/** Each fault with those that begin together with it. */
function groupsOf(plan: readonly PlannedFault[]): PlannedFault[][] {
  const groups: PlannedFault[][] = [];
  for (const planned of plan) {
    const last = groups.at(-1);
    if (planned.together && last !== undefined) last.push(planned);
    else groups.push([planned]);
  }
  return groups;
}
