import type { Logger } from '@chappe/service-kit';

/** Publishes what was approved, as soon as it is. */
export interface ReleaseRelay {
  /** A release was just committed. */
  nudge(): void;
  /** Ends after the publication under way. */
  stop(): Promise<void>;
  health(): { readonly failing: boolean };
}

/** Whoever approves at another instance that then dies is served within this time. */
const pollMs = 5_000;
const firstBackOffMs = 100;

/**
 * Runs `publish` whenever it is nudged, and every few seconds: a release whose instance died between its commit
 * and its publication is then published by another. A failure is tried again, ever more slowly up to the poll.
 */
export function keepPublishing(
  publish: () => Promise<void>,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): ReleaseRelay {
  let wake: (() => void) | undefined;
  let nudged = false;
  let failures = 0;

  function pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      nudged = false;
      try {
        await publish();
        failures = 0;
        if (!nudged && !signal.aborted) await pause(pollMs);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const retryInMs = Math.min(firstBackOffMs * 2 ** Math.min(failures, 10), pollMs);
        log.warn({ err: error, attempt: failures, retryInMs }, 'release not published yet');
        await pause(retryInMs);
      }
    }
  }

  const onAbort = (): void => wake?.();
  signal.addEventListener('abort', onAbort, { once: true });
  const running = run();
  return {
    nudge() {
      nudged = true;
      wake?.();
    },
    async stop() {
      wake?.();
      await running;
      signal.removeEventListener('abort', onAbort);
    },
    health: () => ({ failing: failures > 0 }),
  };
}
