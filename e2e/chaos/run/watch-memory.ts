import { readFileSync } from 'node:fs';
import type { Stack } from '@chappe/local';

/** What a process's resident memory was over its life. */
export interface MemoryOfProcess {
  readonly name: string;
  readonly mostMb: number;
  readonly lastMb: number;
  /** It still grew in the second half of a long life, by more than warming up explains. */
  readonly grew: boolean;
}

interface Sample {
  readonly atMs: number;
  readonly mb: number;
}

const everyMs = 5_000;
const longLifeMs = 4 * 60_000;
const suspiciousMb = 120;

/** How a process's resident memory moved from the end of the first sixth of a watch to its end; medians. */
export interface MemoryGrowth {
  readonly name: string;
  readonly earlyMb: number;
  readonly lateMb: number;
}

/** Samples the resident memory of every service until it is stopped. */
export function watchMemory(stack: Stack): { growth(): MemoryGrowth[]; stop(): MemoryOfProcess[] } {
  const lives = new Map<string, Map<number, Sample[]>>();
  const sample = (): void => {
    for (const name of Object.keys(stack.state.services)) {
      const { pid } = stack.process(name);
      const mb = pid === undefined ? undefined : residentMb(pid);
      if (pid === undefined || mb === undefined) continue;
      const ofService = lives.get(name) ?? new Map<number, Sample[]>();
      lives.set(name, ofService);
      const samples = ofService.get(pid) ?? [];
      ofService.set(pid, samples);
      samples.push({ atMs: performance.now(), mb });
    }
  };
  sample();
  const timer = setInterval(sample, everyMs);
  timer.unref();
  return {
    growth: () =>
      [...lives].flatMap(([name, ofService]) => growthOf(name, [...ofService.values()].at(-1) ?? [])),
    stop() {
      clearInterval(timer);
      sample();
      return [...lives].map(([name, ofService]) => {
        const all = [...ofService.values()];
        return {
          name,
          mostMb: Math.max(...all.flat().map(({ mb }) => mb)),
          lastMb: all.at(-1)?.at(-1)?.mb ?? 0,
          grew: all.some(keptGrowing),
        };
      });
    },
  };
}

/**
 * Whether a long-lived process needed clearly more at the end than in the middle of its life. Medians, since a
 * collection of garbage may come at any moment.
 */
export function keptGrowing(samples: readonly Sample[]): boolean {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < longLifeMs) return false;
  const quarter = Math.floor(samples.length / 4);
  const middle = median(samples.slice(quarter, 2 * quarter));
  const end = median(samples.slice(-quarter));
  return end > middle * 1.5 && end - middle > suspiciousMb;
}

function growthOf(name: string, samples: readonly Sample[]): MemoryGrowth[] {
  const sixth = Math.floor(samples.length / 6);
  if (sixth === 0) return [];
  return [{ name, earlyMb: median(samples.slice(sixth, 2 * sixth)), lateMb: median(samples.slice(-sixth)) }];
}

function median(samples: readonly Sample[]): number {
  const sorted = samples.map(({ mb }) => mb).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function residentMb(pid: number): number | undefined {
  try {
    const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? undefined : Math.round(Number(kb) / 1024);
  } catch {
    // It has just ended, or this system has no /proc: then nothing is told of memory.
    return undefined;
  }
}
