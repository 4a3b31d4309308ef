import { color } from '@chappe/local';
import type { TimelineStep } from '../nemesis/run-plan.ts';
import type { MemoryOfProcess } from './watch-memory.ts';

/** How the traffic stood after a step. */
export interface TrafficFigures {
  readonly atMs: number;
  readonly acknowledged: number;
  /** Since the step before. */
  readonly perSecond: number;
  /** Records that readers have not read yet; undefined when nobody said. */
  readonly lag: number | undefined;
}

/** The lines of one step of a run: what was done, what came of it, how the traffic stands. */
export function tellStep(step: TimelineStep, figures: TrafficFigures): string[] {
  const lines = step.outcomes.map(({ planned, status, text }, index) => {
    const when = index === 0 ? clock(figures.atMs - step.tookMs - step.recoveredAfterMs) : '  with';
    const kind = planned.kind.padEnd(25);
    const told = status === 'done' ? text : `${status}: ${text}`;
    const paint = status === 'done' ? (line: string) => line : status === 'broken' ? color.red : color.yellow;
    return paint(`${when}  ${color.bold(kind)} ${told}`);
  });
  const recovered =
    step.notReady.length === 0
      ? `all ready ${(step.recoveredAfterMs / 1000).toFixed(1)} s later${lastOf(step)}`
      : color.red(
          `not ready after ${Math.round(step.recoveredAfterMs / 1000)} s: ${step.notReady.join(', ')}`,
        );
  const lag = figures.lag === undefined ? 'lag unknown' : `${figures.lag} records behind`;
  const traffic = `${figures.acknowledged} acknowledged, ${Math.round(figures.perSecond)}/s, ${lag}`;
  return [...lines, color.dim(`       ${recovered}; ${traffic}`)];
}

/** Who was waited for, when that took long. */
function lastOf({ last, recoveredAfterMs }: TimelineStep): string {
  return recoveredAfterMs < 5_000 || last.length === 0 ? '' : `, ${last.join(' and ')} last`;
}

/** Memory of each service: most and last, and whoever never stopped growing. */
export function tellMemory(memory: readonly MemoryOfProcess[]): string[] {
  const figures = memory.map(({ name, mostMb, lastMb }) => `${name} ${mostMb}/${lastMb}`).join(', ');
  const grew = memory.filter(({ grew }) => grew).map(({ name }) => name);
  return [
    `memory, most/last in MB: ${figures}`,
    ...(grew.length === 0 ? [] : [color.yellow(`warning: the memory of ${grew.join(', ')} kept growing`)]),
  ];
}

/** Minutes and seconds since the beginning. */
export function clock(atMs: number): string {
  const whole = Math.max(0, Math.round(atMs / 1000));
  return `${String(Math.floor(whole / 60)).padStart(3)}:${String(whole % 60).padStart(2, '0')}`;
}
