import type { Logger } from '../observability/create-logger.ts';

/** Ends what a service has opened, in reverse order, within a bound. */
export interface Lifecycle {
  /** Registers how to end something that was just opened; the last one opened is ended first. */
  onStop(name: string, end: () => unknown): void;
  /** Ends everything once; later calls wait for the same end. True when every step ended in time. */
  stop(reason: string): Promise<boolean>;
  /** Logs the cause, ends everything and leaves the process with a failure, so that it is restarted. */
  fail(reason: string, cause?: unknown): Promise<void>;
  /** SIGTERM and SIGINT stop; whatever nobody caught is logged, then the process ends with a failure. */
  installSignalHandlers(): void;
}

/** How to build a lifecycle; `exit` is there for tests. */
export interface LifecycleOptions {
  readonly log: Pick<Logger, 'info' | 'warn' | 'error' | 'fatal'>;
  readonly timeoutMs: number;
  readonly exit?: (code: number) => void;
}

/** Creates the lifecycle of one process or service. */
export function createLifecycle({
  log,
  timeoutMs,
  exit = (code) => process.exit(code),
}: LifecycleOptions): Lifecycle {
  const steps: { name: string; end: () => unknown }[] = [];
  let stopping: Promise<boolean> | undefined;

  async function endAll(reason: string): Promise<boolean> {
    log.info({ reason }, 'stopping');
    const deadline = performance.now() + timeoutMs;
    let inTime = true;
    for (const step of steps.toReversed()) {
      const outcome = await endWithin(step.end, deadline - performance.now());
      if (outcome.status === 'ended') continue;
      inTime = false;
      if (outcome.status === 'late') log.error({ step: step.name }, 'step did not stop in time');
      else log.error({ step: step.name, err: outcome.cause }, 'step failed to stop');
    }
    log.info({ reason, clean: inTime }, 'stopped');
    return inTime;
  }

  const lifecycle: Lifecycle = {
    onStop(name, end) {
      steps.push({ name, end });
    },
    stop(reason) {
      stopping ??= endAll(reason);
      return stopping;
    },
    async fail(reason, cause) {
      log.fatal({ reason, err: cause }, 'failing');
      await lifecycle.stop(reason);
      exit(1);
    },
    installSignalHandlers() {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.once(signal, () => {
          // A second signal means that somebody is not willing to wait.
          process.once(signal, () => exit(130));
          void lifecycle.stop(signal).then((inTime) => exit(inTime ? 0 : 1));
        });
      }
      process.on('uncaughtException', (cause) => void lifecycle.fail('uncaught-exception', cause));
      process.on('unhandledRejection', (cause) => void lifecycle.fail('unhandled-rejection', cause));
    },
  };
  return lifecycle;
}

type StepOutcome = { status: 'ended' } | { status: 'late' } | { status: 'failed'; cause: unknown };

async function endWithin(end: () => unknown, remainingMs: number): Promise<StepOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<StepOutcome>((resolve) => {
    timer = setTimeout(() => resolve({ status: 'late' }), Math.max(0, remainingMs));
  });
  const ended = (async (): Promise<StepOutcome> => {
    try {
      await end();
      return { status: 'ended' };
    } catch (cause) {
      return { status: 'failed', cause };
    }
  })();
  const outcome = await Promise.race([ended, late]);
  clearTimeout(timer);
  return outcome;
}
