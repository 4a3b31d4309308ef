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
  stop(): Promise<void>;
  /** Settles when the service can no longer work and the process should be restarted. */
  readonly whenFailed?: Promise<unknown>;
}

/** How to run a service as a process. */
export interface RunServiceOptions<Schema extends z.ZodType<BaseSettings>> {
  readonly service: string;
  readonly settings: Schema;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly start: (config: z.output<Schema>) => Promise<RunningService>;
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
  try {
    const running = await options.start(config);
    lifecycle.onStop(options.service, () => running.stop());
    log.info({ url: running.url, profile: config.CHAPPE_PROFILE }, 'started');
    void running.whenFailed?.then((cause) => lifecycle.fail('service-failed', cause));
  } catch (cause) {
    await lifecycle.fail('start-failed', cause);
  }
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
