import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkInvariants } from '../chaos/checker/check-invariants.ts';
import { tellStory } from '../chaos/checker/tell-story.ts';
import type { InvariantName, Violation } from '../chaos/checker/violation.ts';
import { gatherEvidence, readHeads } from '../chaos/evidence/gather-evidence.ts';
import { waitUntilSettled } from '../chaos/evidence/wait-until-settled.ts';
import { openHistory } from '../chaos/history/open-history.ts';
import { type SceneMix, startWorkload, type Workload } from '../chaos/workload/start-workload.ts';
import type { ExerciseStack } from '../harness/exercise-stack.ts';

/** A defect and the circumstances under which it shows. */
export interface PlantedBug {
  readonly name: string;
  /** What it breaks, as the checker must say; undefined for a run without a defect. */
  readonly breaks: InvariantName | undefined;
  /** Puts it in place; what it answers takes it away again. */
  plant(system: ExerciseStack): Promise<() => Promise<void>>;
  /** What happens to the services while the workload runs. */
  disturb?(system: ExerciseStack): Promise<void>;
  /** What is done about it afterwards, by people. */
  mend?(system: ExerciseStack): Promise<void>;
  /** Taking it away would also take away what it did: it is judged before. */
  readonly judgedInPlace?: true;
  readonly mix: SceneMix;
  readonly followed?: readonly string[];
}

/** What came of it. */
export interface Caught {
  readonly violations: readonly Violation[];
  readonly acknowledged: number;
  /** From when it was in place until the checker named it. */
  readonly livedMs: number;
  /** The story of one violation of the invariant that it breaks, or of any. */
  readonly story: readonly string[];
}

const ratePerSecond = 60;
/** Followers are cut off several times in the short while that a defect lives. */
const streamsLastMs = 1_200;
const patienceMs = 15_000;
/** Before the disturbance, and after it: so many messages more, in no less than this time. */
const enough = { messages: 40, leastMs: 1_500, mostMs: 30_000 };

async function workMore(workload: Workload): Promise<void> {
  const { messages, leastMs, mostMs } = enough;
  const goal = workload.acknowledged() + messages;
  await sleep(leastMs);
  for (let waitedMs = leastMs; waitedMs < mostMs && workload.acknowledged() < goal; waitedMs += 100)
    await sleep(100);
}

/**
 * A run of its own on a stack that others used: plants the defect, works, disturbs, takes the defect away, and
 * judges only when the right program has had its chance: what it mends was not lost.
 */
export async function plantAndCheck(system: ExerciseStack, bug: PlantedBug, seed: number): Promise<Caught> {
  const history = openHistory(join(system.stack.dataDir, `planted-${bug.name.replaceAll(' ', '-')}`));
  const startedAfter = await readHeads(system);
  const uproot = await bug.plant(system);
  const plantedAtMs = performance.now();
  let planted = true;
  const takeAway = async (): Promise<void> => {
    if (planted) await uproot();
    planted = false;
  };
  const { mix, followed = [] } = bug;
  const workload = startWorkload({
    system,
    history,
    seed,
    ratePerSecond,
    mix,
    followed,
    followAfter: startedAfter,
    patienceMs,
    streamsLastMs,
  });
  try {
    await workMore(workload);
    await bug.disturb?.(system);
    await workMore(workload);
    await workload.stop();
    if (bug.judgedInPlace !== true) await takeAway();
    await bug.mend?.(system);
    await waitUntilSettled(system, workload, { withinMs: 30_000, stillMs: 3_000 });
    const evidence = await gatherEvidence(system, history, { startedAfter });
    const violations = checkInvariants(history.events(), evidence);
    const livedMs = performance.now() - plantedAtMs;
    const told = violations.find(({ invariant }) => invariant === bug.breaks) ?? violations[0];
    const story = told === undefined ? [] : tellStory(told, history.events(), evidence);
    return { violations, acknowledged: workload.acknowledged(), livedMs, story };
  } finally {
    await workload.stop();
    await takeAway();
    history.close();
  }
}
