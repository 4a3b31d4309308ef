import type { DirectorySnapshot } from '@chappe/directory';
import type { Log } from '@chappe/kafka';
import type { ReviewThreads } from './postgres-review-threads.ts';
import type { SweepDeadlines } from './postgres-sweep-deadlines.ts';
import type { RanErrand } from './run-errands.ts';

/** Fires deadlines and runs what they ask for, until it is stopped. */
export interface DeadlineWatch {
  start(): void;
  /** Ends after the round under way. */
  stop(): Promise<void>;
  /** Whether the latest rounds could not be done. */
  failing(): boolean;
}

const mostPauseMs = 30_000;
const forgetEveryMs = 3_600_000;

/**
 * Loops that do not wait for each other, so that no pager or absent ingest holds up the sweep. Each goes on at once
 * while there is more, pauses otherwise, and longer after a failure. Without a directory nothing is fired and nothing
 * judged: nobody knows then who is on duty, nor the clocks of the channels.
 */
export function createDeadlineWatch(options: {
  sweep: SweepDeadlines;
  reviewThreads: ReviewThreads;
  runErrands(): Promise<readonly RanErrand[]>;
  forgetErrands(): Promise<void>;
  currentDirectory(): DirectorySnapshot | undefined;
  onSwept(fired: Awaited<ReturnType<SweepDeadlines>>['fired']): void;
  onRan(errands: readonly RanErrand[]): void;
  /** What is owed in these threads was told of, ended or moved; must not throw. */
  onChanged(threadIds: readonly string[]): void;
  batch: number;
  everyMs: number;
  log: Log;
}): DeadlineWatch {
  const { batch, everyMs, log } = options;
  const stopping = new AbortController();
  let loops: readonly Promise<void>[] = [];
  const failures = { sweep: 0, reviews: 0, errands: 0 };
  let forgotAtMs = 0;

  async function sweepOnce(): Promise<boolean> {
    const directory = options.currentDirectory();
    if (directory === undefined) return false;
    const { claimed, fired, threadIds } = await options.sweep(directory);
    options.onSwept(fired);
    if (threadIds.length > 0) options.onChanged(threadIds);
    return claimed >= batch;
  }

  async function reviewOnce(): Promise<boolean> {
    const directory = options.currentDirectory();
    if (directory === undefined) return false;
    const { claimed, threadIds } = await options.reviewThreads(directory.channels);
    if (threadIds.length > 0) options.onChanged(threadIds);
    return claimed >= batch;
  }

  async function runOnce(): Promise<boolean> {
    const ran = await options.runErrands();
    options.onRan(ran);
    for (const { channel, status, code } of ran) {
      if (status === 'failed') log.error({ kind: channel, code }, 'a reminder or page was given up');
      else if (status === 'again') log.warn({ kind: channel, code }, 'a reminder or page waits');
    }
    if (performance.now() - forgotAtMs > forgetEveryMs) {
      forgotAtMs = performance.now();
      await options.forgetErrands();
    }
    return ran.length > 0;
  }

  async function loop(name: keyof typeof failures, round: () => Promise<boolean>): Promise<void> {
    while (!stopping.signal.aborted) {
      let more = false;
      try {
        more = await round();
        failures[name] = 0;
      } catch (error) {
        failures[name] += 1;
        log.warn({ err: error, step: name, attempt: failures[name] }, 'deadlines wait');
      }
      if (!more) await pause(Math.min(everyMs * 2 ** Math.min(failures[name], 10), mostPauseMs));
    }
  }

  function pause(durationMs: number): Promise<void> {
    const { signal } = stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const ended = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', ended);
        resolve();
      };
      const timer = setTimeout(ended, durationMs);
      signal.addEventListener('abort', ended, { once: true });
    });
  }

  return {
    start() {
      if (loops.length > 0) return;
      loops = [loop('sweep', sweepOnce), loop('reviews', reviewOnce), loop('errands', runOnce)];
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
    failing: () => Object.values(failures).some((times) => times > 0),
  };
}
