import type { z } from 'zod';
import { createLogger } from '../observability/create-logger.ts';
import { assertProductionSafe } from '../settings/assert-production-safe.ts';
import type { BaseSettings } from '../settings/base-settings.ts';
import { ConfigurationError, loadConfig } from '../settings/load-config.ts';
import { createLifecycle } from './create-lifecycle.ts';

/** A service that has started. */
export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  /** True when everything ended as it should, in time. */
  stop(): Promise<boolean>;
  /** Settles when the service can no longer work and the process should be restarted. */
  readonly whenFailed?: Promise<unknown>;
}

/** How to run a service as a process. */
export interface RunServiceOptions<Schema extends z.ZodType<BaseSettings>> {
  readonly service: string;
  readonly settings: Schema;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Opens the service; gives up waiting, and closes what is open, when the signal comes first. */
  readonly start: (
    config: z.output<Schema>,
    context: { readonly stopSignal: AbortSignal },
  ) => Promise<RunningService>;
}

/** The whole of a main.ts: environment, configuration, production check, start, signals, stop. */
export async function runService<Schema extends z.ZodType<BaseSettings>>(
  options: RunServiceOptions<Schema>,
): Promise<void> {
  const config = configOrExit(options);
  const log = createLogger({
    service: options.service,
    level: config.LOG_LEVEL,
    instanceId: config.INSTANCE_ID,
  });
  const lifecycle = createLifecycle({ log, timeoutMs: config.SHUTDOWN_TIMEOUT_MS });
  lifecycle.installSignalHandlers();
  const starting = options.start(config, { stopSignal: lifecycle.stopping });
  // A stop that comes while the service still waits for its stores ends when the start has given up.
  lifecycle.onStop(options.service, async () => {
    const [started] = await Promise.allSettled([starting]);
    if (started.status === 'fulfilled' && !(await started.value.stop())) throw new StoppedUncleanly();
  });
  try {
    const running = await starting;
    log.info({ url: running.url, profile: config.CHAPPE_PROFILE }, 'started');
    void running.whenFailed?.then((cause) => lifecycle.fail('service-failed', cause));
  } catch (cause) {
    if (!lifecycle.stopping.aborted) await lifecycle.fail('start-failed', cause);
  }
}

/** Some step of the service did not end; its own log says which. The process must not end as if all had. */
class StoppedUncleanly extends Error {
  override readonly name = 'StoppedUncleanly';
  readonly code = 'STOPPED_UNCLEANLY';
}

function configOrExit<Schema extends z.ZodType<BaseSettings>>(
  options: RunServiceOptions<Schema>,
): z.output<Schema> {
  try {
    const config = loadConfig(options.settings, options.env);
    assertProductionSafe(config);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(`${options.service}: ${error.message}`);
    return process.exit(78);
  }
}
