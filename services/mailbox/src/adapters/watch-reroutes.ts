import type { DirectorySnapshot } from '@chappe/directory';
import type { Log } from '@chappe/kafka';
import type { Pool } from '@chappe/postgres';
import type { OrderReroutes } from './postgres-order-reroutes.ts';
import type { RecordSuspensions } from './postgres-record-suspensions.ts';
import type { SettleReroutes } from './postgres-settle-reroutes.ts';
import type { WalkSuspended } from './postgres-walk-suspended.ts';

/** The steps by which what a suspended correspondent holds is taken over; each is one transaction. */
export interface RerouteSteps {
  readonly recordSuspensions: RecordSuspensions;
  readonly walkSuspended: WalkSuspended;
  readonly orderReroutes: OrderReroutes;
  readonly settleReroutes: SettleReroutes;
}

/** Sees to it that what suspended correspondents hold is taken over, until it is stopped. */
export interface RerouteWatch {
  start(): void;
  /** Ends after the round under way. */
  stop(): Promise<void>;
  /** Whether the latest round could not be done. */
  failing(): boolean;
}

/** Whether there is anything to look after: one question at rest. */
export function createOpenReroutes(pool: Pool): () => Promise<boolean> {
  return async () => {
    const { rows } = await pool.query<{ open: boolean }>({
      name: 'reroute-open',
      text: `SELECT EXISTS (SELECT FROM suspension WHERE ended_at IS NULL)
               OR EXISTS (SELECT FROM reroute WHERE state = 'WAITING')
               OR EXISTS (SELECT FROM reroute WHERE state = 'ORDERED') AS open`,
    });
    return rows[0]?.open === true;
  };
}

const mostPauseMs = 30_000;

/**
 * One round after the other; at once while there is more, after a pause otherwise, and a longer one after a failure.
 * The directory is compared with what was recorded only where its release is another than the last.
 */
export function createRerouteWatch(options: {
  steps: RerouteSteps;
  anythingOpen(): Promise<boolean>;
  currentDirectory(): DirectorySnapshot | undefined;
  onSettled(settled: Awaited<ReturnType<SettleReroutes>>): void;
  everyMs: number;
  log: Log;
}): RerouteWatch {
  const { steps, everyMs, log } = options;
  const stopping = new AbortController();
  let recordedRelease = 0;
  let failures = 0;
  let underWay: Promise<void> | undefined;

  async function round(): Promise<boolean> {
    const directory = options.currentDirectory();
    if (directory === undefined) return false;
    if (directory.release !== recordedRelease) {
      await steps.recordSuspensions(directory);
      recordedRelease = directory.release;
    }
    if (!(await options.anythingOpen())) return false;
    const walked = await steps.walkSuspended();
    const ordered = await steps.orderReroutes();
    const settled = await steps.settleReroutes();
    options.onSettled(settled);
    for (const { outcome, code } of settled) {
      if (outcome !== 'DONE') log.warn({ code, step: 'reroute' }, 'an order to reroute was not followed');
    }
    return walked !== null || ordered + settled.length > 0;
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      let more = false;
      try {
        more = await round();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn({ err: error, step: 'reroute', attempt: failures }, 'reroutes wait');
      }
      if (!more) await pause(Math.min(everyMs * 2 ** Math.min(failures, 10), mostPauseMs), stopping.signal);
    }
  }

  return {
    start() {
      underWay ??= loop();
    },
    async stop() {
      stopping.abort();
      await underWay;
    },
    failing: () => failures > 0,
  };
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
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
