import { lastLines } from '@chappe/testing';

/** One process of the stack as it runs now. */
export interface UnitProcess {
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<unknown>;
  alive(): boolean;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** How a unit is started, and how one sees that it serves. */
export interface UnitPlan {
  name: string;
  launch(): Promise<UnitProcess>;
  /** Rejects when the process has ended or does not serve in time. */
  ready(process: UnitProcess): Promise<void>;
}

/** What a unit has to tell. */
export type UnitEvent =
  | { what: 'started'; unit: string; pid: number }
  | { what: 'ended'; unit: string; how: string; lastLines: string; restartInMs: number | null }
  | { what: 'serving-again'; unit: string; afterMs: number };

/** A process that is kept running: restarted with growing pauses when it ends unasked. */
export interface Unit {
  readonly name: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  waitUntilReady(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Stops it if it runs, and starts it anew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it by SIGKILL, and leaves it down until it is restarted. */
  crash(): Promise<void>;
}

const shortestPauseMs = 500;
const longestPauseMs = 10_000;
/** A process that ran this long is taken to be sound, and its next end to be a new trouble. */
const soundAfterMs = 60_000;

/** Makes a unit; nothing is started yet. */
export function createUnit(
  plan: UnitPlan,
  surroundings: { autoRestart(): boolean; onEvent(event: UnitEvent): void },
): Unit {
  let current: UnitProcess | undefined;
  let wanted = false;
  let pauseMs = shortestPauseMs;
  let endPause = (): void => undefined;

  const launch = async (): Promise<UnitProcess> => {
    const startedAt = Date.now();
    const process = await plan.launch();
    current = process;
    surroundings.onEvent({ what: 'started', unit: plan.name, pid: process.pid });
    void process.exited.then((how) => {
      if (current !== process || !wanted) return;
      if (Date.now() - startedAt > soundAfterMs) pauseMs = shortestPauseMs;
      void comeBack(process, describeExit(how));
    });
    return process;
  };

  const comeBack = async (process: UnitProcess, how: string): Promise<void> => {
    const restarts = surroundings.autoRestart();
    const lines = lastLines(process.logFile, 6);
    const restartInMs = restarts ? pauseMs : null;
    surroundings.onEvent({ what: 'ended', unit: plan.name, how, lastLines: lines, restartInMs });
    if (!restarts) return;
    const endedAt = Date.now();
    await new Promise<void>((resolve) => {
      setTimeout(resolve, pauseMs).unref();
      endPause = resolve;
    });
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    if (!wanted || current !== process) return;
    try {
      const next = await launch();
      // It was stopped while it started, and could not be ended before it was there.
      if (!wanted) return await next.stop();
      await plan.ready(next);
      surroundings.onEvent({ what: 'serving-again', unit: plan.name, afterMs: Date.now() - endedAt });
    } catch (error) {
      // A process that ended again is on its way back by itself; one that never came up is not.
      if (current === process && wanted)
        await comeBack(process, error instanceof Error ? error.message : String(error));
    }
  };

  const stop = async (): Promise<void> => {
    wanted = false;
    endPause();
    if (current?.alive()) await current.stop();
  };
  const start = async (): Promise<void> => {
    wanted = true;
    await launch();
  };
  return {
    name: plan.name,
    get pid() {
      return current?.alive() ? current.pid : undefined;
    },
    start,
    stop,
    async crash() {
      wanted = false;
      endPause();
      if (!current?.alive()) return;
      current.kill('SIGKILL');
      // The child alone does not keep us running until its end is seen.
      const wait = setInterval(() => undefined, 1_000);
      await current.exited;
      clearInterval(wait);
    },
    kill: (signal) => current?.kill(signal),
    async waitUntilReady() {
      const process = current;
      if (process === undefined) throw new Error(`${plan.name} was never started`);
      await plan.ready(process);
    },
    async restart() {
      await stop();
      pauseMs = shortestPauseMs;
      await start();
    },
  };
}

function describeExit(how: unknown): string {
  if (typeof how !== 'object' || how === null) return 'ended';
  const signal = 'signal' in how ? how.signal : null;
  return signal === null && 'code' in how ? `exit code ${how.code}` : `signal ${signal}`;
}
