import type { Logger } from '../observability/create-logger.ts';

/** Ends what a service has opened, in reverse order, within a bound. */
export interface Lifecycle {
  /** Aborted when the stop begins: whatever waits for brokers or a database gives up. */
  readonly stopping: AbortSignal;
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
  /** Stops when it aborts: the signal that a service is given for its start. */
  readonly stopSignal?: AbortSignal | undefined;
  readonly exit?: (code: number) => void;
}

/** Creates the lifecycle of one process or service. */
export function createLifecycle({
  log,
  timeoutMs,
  stopSignal,
  exit = (code) => process.exit(code),
}: LifecycleOptions): Lifecycle {
  const steps: { name: string; end: () => unknown }[] = [];
  const begun = new AbortController();
  let stopping: Promise<boolean> | undefined;

  async function endAll(reason: string): Promise<boolean> {
    log.info({ reason }, 'stopping');
    begun.abort(new StoppedWhileStarting());
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

  async function endLate(name: string, end: () => unknown): Promise<void> {
    const outcome = await endWithin(end, timeoutMs);
    if (outcome.status !== 'ended') log.warn({ step: name }, 'step opened while stopping did not end');
  }

  const lifecycle: Lifecycle = {
    stopping: begun.signal,
    onStop(name, end) {
      steps.push({ name, end });
      // Opened by a start that was overtaken by the stop: nobody else would end it.
      if (stopping !== undefined) void endLate(name, end);
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
  const onStopSignal = (): void => void lifecycle.stop('requested');
  if (stopSignal?.aborted === true) onStopSignal();
  else stopSignal?.addEventListener('abort', onStopSignal, { once: true });
  return lifecycle;
}

/** Why what a starting service waited for was given up. */
class StoppedWhileStarting extends Error {
  override readonly name = 'StoppedWhileStarting';
  readonly code = 'STOPPED_WHILE_STARTING';

  constructor() {
    super('the service was told to stop');
  }
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
