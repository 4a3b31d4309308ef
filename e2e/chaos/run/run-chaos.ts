import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { color, type ProgressEvent } from '@chappe/local';
import type { ExerciseStack } from '../../harness/exercise-stack.ts';
import { checkInvariants } from '../checker/check-invariants.ts';
import { tellStory } from '../checker/tell-story.ts';
import type { Violation } from '../checker/violation.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { gatherEvidence } from '../evidence/gather-evidence.ts';
import { waitUntilSettled } from '../evidence/wait-until-settled.ts';
import { allFaults } from '../faults/all-faults.ts';
import type { Fault } from '../faults/fault.ts';
import { hold } from '../faults/hold.ts';
import { unitsOf } from '../faults/units-of.ts';
import { type History, openHistory } from '../history/open-history.ts';
import { healWorld, waitUntilRecovered } from '../nemesis/heal-world.ts';
import { planFaults } from '../nemesis/plan-faults.ts';
import { runPlan, type TimelineStep } from '../nemesis/run-plan.ts';
import { openClients } from '../workload/open-clients.ts';
import { startWorkload, type Workload } from '../workload/start-workload.ts';
import { keepTraces } from './keep-traces.ts';
import { openLagMeter } from './measure-lag.ts';
import { startChaosStack } from './start-chaos-stack.ts';
import { type TrafficFigures, tellMemory, tellStep } from './tell-timeline.ts';
import { type MemoryOfProcess, watchMemory } from './watch-memory.ts';

/** What a run is made of; the same seed and kinds give the same plan. */
export interface ChaosOptions {
  readonly seed: number;
  /** How long faults are made; starting, settling and checking come on top. */
  readonly minutes: number;
  /** Ends earlier, once every kind has come so often. */
  readonly rounds?: number;
  readonly brokers: 1 | 3;
  readonly ratePerSecond: number;
  /** Of the run alone: history, orders, and the traces of a violation. */
  readonly folder: string;
  /** Only these kinds; all by default. */
  readonly kinds?: readonly string[];
  /** Every fault that has a duration holds so long, instead of what the seed draws. */
  readonly holdMs?: number;
  /** Keeps history and logs also when nothing was broken. */
  readonly keep?: boolean;
  readonly onLine: (line: string) => void;
  readonly onStep?: (step: TimelineStep, figures: TrafficFigures) => void;
  /** Ends the run early, in order, without a check. */
  readonly signal?: AbortSignal;
}

/** What a run came to. */
export interface ChaosResult {
  readonly violations: readonly Violation[];
  /** What faults and the world's recovery showed to be broken, beside the invariants. */
  readonly broken: readonly string[];
  /** Faults carried out, of these kinds. */
  readonly faults: number;
  readonly kinds: readonly string[];
  /** Faults that could not be carried out, and why. */
  readonly failed: readonly string[];
  readonly acknowledged: number;
  readonly settled: boolean;
  readonly memory: readonly MemoryOfProcess[];
}

const steadyMs = 3_000;
/** As long as something still arrives it is only late: two cores may have fallen far behind. */
const settleBounds = { withinMs: 600_000, stillMs: 60_000 };
const storiesTold = 5;
const mostWaitForFaultsMs = 5_000;

/** Starts a stack, has it used and disturbed, heals it, and checks what clients saw; undefined when it was ended early. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult | undefined> {
  const { folder, onLine } = options;
  const signal = options.signal ?? new AbortController().signal;
  const orders = join(folder, 'orders');
  mkdirSync(orders, { recursive: true });
  const chosen = chooseFaults(options);
  const history = openHistory(folder);
  let system: ExerciseStack | undefined;
  // Once it is up, the faults must have ended before the stack is taken down.
  const starting = new AbortController();
  const endStart = (): void => starting.abort();
  signal.addEventListener('abort', endStart, { once: true });
  try {
    onLine(`seed ${options.seed}: ${options.minutes} min of faults on ${options.brokers} broker(s)`);
    system = await startChaosStack({
      brokers: options.brokers,
      orders,
      smallDiskMb: options.minutes > 6 ? 6_144 : 1_536,
      onProgress: tellTrouble(onLine),
      signal: starting.signal,
    });
    signal.removeEventListener('abort', endStart);
    return await disturbAndCheck({ ...options, signal, orders, history, system, chosen });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (system !== undefined) keepTraces(system.stack, folder);
    throw error;
  } finally {
    history.close();
    await system?.stop();
    rmSync(orders, { recursive: true, force: true });
  }
}

interface Run extends ChaosOptions {
  readonly signal: AbortSignal;
  readonly orders: string;
  readonly history: History;
  readonly system: ExerciseStack;
  readonly chosen: readonly Fault[];
}

async function disturbAndCheck(run: Run): Promise<ChaosResult | undefined> {
  const { system, history, signal, onLine, orders } = run;
  const { stack } = system;
  const possible = run.chosen.filter((fault) => {
    const obstacle = fault.obstacle?.(stack);
    if (obstacle !== undefined) onLine(color.yellow(`left out: ${fault.kind}, because ${obstacle}`));
    return obstacle === undefined;
  });
  const plan = planFaults({
    seed: run.seed,
    minutes: run.minutes,
    kinds: possible.map((fault) => heldFor(fault, run.holdMs)),
  });
  const memory = watchMemory(stack);
  const lag = await openLagMeter(stack);
  const workload = startWorkload({
    system,
    history,
    seed: run.seed,
    ratePerSecond: run.ratePerSecond,
    ingestUrls: unitsOf(stack, 'ingest').map((unit) => stack.service(unit).url),
  });
  const done: string[] = [];
  const broken: string[] = [];
  const failed: string[] = [];
  const startedAtMs = performance.now();
  let previous = { atMs: 0, acknowledged: 0 };
  try {
    await hold(steadyMs, signal);
    const carriedOut = runPlan({
      plan: plan.slice(0, (run.rounds ?? Number.POSITIVE_INFINITY) * possible.length),
      faults: possible,
      surroundings: { stack, clients: openClients(system), history, signal, orders },
      untilMs: startedAtMs + run.minutes * 60_000,
      async onStep(step) {
        for (const { planned, status, text } of step.outcomes) {
          if (status === 'done') done.push(planned.kind);
          else (status === 'broken' ? broken : failed).push(`${planned.kind}: ${text}`);
        }
        const atMs = performance.now() - startedAtMs;
        const acknowledged = workload.acknowledged();
        const perSecond = ((acknowledged - previous.acknowledged) * 1000) / (atMs - previous.atMs);
        previous = { atMs, acknowledged };
        const behind = signal.aborted ? undefined : await lag.measure();
        const figures = { atMs, acknowledged, perSecond, lag: behind };
        run.onStep?.(step, figures);
        for (const line of tellStep(step, figures)) onLine(line);
      },
    });
    await Promise.race([carriedOut, afterAbort(signal)]);
    if (signal.aborted) return undefined;
    await healWorld(stack, orders);
    onLine('faults are over: waiting for the last answers');
    await workload.stop();
    // While it is used, a service may be slow rather than lost; unused, it has no excuse.
    const { notReady } = await waitUntilRecovered(stack, signal);
    for (const name of notReady) broken.push(`${name} was not ready within two minutes of the end`);
    const { settled, evidence } = await settleAndGather(run, workload);
    if (signal.aborted) return undefined;
    const violations = checkInvariants(history.events(), evidence);
    const measured = memory.stop();
    for (const line of tellMemory(measured)) onLine(line);
    tellFindings(run, { violations, broken, failed, evidence });
    return {
      violations,
      broken,
      faults: done.length,
      kinds: [...new Set(done)].sort(),
      failed,
      acknowledged: workload.acknowledged(),
      settled,
      memory: measured,
    };
  } finally {
    memory.stop();
    if (!signal.aborted) {
      await lag.stop();
      await workload.stop();
    }
  }
}

function heldFor(fault: Fault, holdMs: number | undefined): Fault {
  const hasDuration = fault.mostHoldMs > 0;
  return holdMs === undefined || !hasDuration ? fault : { ...fault, leastHoldMs: holdMs, mostHoldMs: holdMs };
}

/** Faults put back what they took; a broker that takes its time to start is not waited for by whoever goes. */
async function afterAbort(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', resolve, { once: true });
  });
  await sleep(mostWaitForFaultsMs, undefined, { ref: false });
}

async function settleAndGather(
  { system, history, onLine }: Run,
  workload: Workload,
): Promise<{ settled: boolean; evidence: Evidence }> {
  onLine(`${workload.acknowledged()} acknowledged; waiting until all of it is delivered and archived`);
  const settled = await waitUntilSettled(system, workload, { ...settleBounds, onProgress: onLine });
  if (!settled) onLine(color.yellow('it did not settle in time; what is missing is named below'));
  onLine('reading every inbox, the archive and what senders are told');
  return { settled, evidence: await gatherEvidence(system, history, { onProgress: onLine }) };
}

function tellFindings(
  { onLine, history, system, folder, keep }: Run,
  found: {
    readonly violations: readonly Violation[];
    readonly broken: readonly string[];
    readonly failed: readonly string[];
    readonly evidence: Evidence;
  },
): void {
  for (const text of found.failed) onLine(color.yellow(`not carried out: ${text}`));
  for (const text of found.broken) onLine(color.red(`broken: ${text}`));
  for (const violation of found.violations.slice(0, storiesTold)) {
    const [first = '', ...story] = tellStory(violation, history.events(), found.evidence);
    onLine(color.red(first));
    for (const line of story) onLine(`  ${line}`);
  }
  const untold = found.violations.slice(storiesTold);
  for (const { invariant, text } of untold.slice(0, 50)) onLine(color.red(`${invariant}: ${text}`));
  if (found.violations.length + found.broken.length === 0 && keep !== true) return;
  keepTraces(system.stack, folder);
  onLine(`the history and the logs of all processes are kept in ${folder}`);
}

function chooseFaults({ kinds, brokers }: ChaosOptions): Fault[] {
  const known = new Set(allFaults.map(({ kind }) => kind));
  const unknown = (kinds ?? []).filter((kind) => !known.has(kind));
  if (unknown.length > 0)
    throw new RangeError(
      `no such kind of fault: ${unknown.join(', ')}; there are ${[...known].sort().join(', ')}`,
    );
  return allFaults.filter(
    (fault) => fault.brokers <= brokers && (kinds === undefined || kinds.includes(fault.kind)),
  );
}

/** Processes ending are what a run is for; only that something did not come back is news. */
function tellTrouble(onLine: (line: string) => void): (event: ProgressEvent) => void {
  let steps = 0;
  return (event) => {
    if (event.what !== 'step') return;
    steps += 1;
    if (steps === 1) onLine('starting the stack');
    onLine(color.dim(`  ${event.name} ${(event.ms / 1000).toFixed(1)} s`));
  };
}
