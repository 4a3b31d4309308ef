import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createLogger } from '../observability/create-logger.ts';
import { baseSettings } from '../settings/base-settings.ts';
import { createLifecycle } from './create-lifecycle.ts';
import { runService } from './run-service.ts';

/** A service whose last step takes `STEP_MS` to end, or fails; it says on standard output when it has started. */
const settings = z.object({ ...baseSettings, STEP_MS: z.coerce.number(), STEP_FAILS: z.stringbool() });

await runService({
  service: 'fixture',
  settings,
  env: process.env,
  async start(config, { stopSignal }) {
    const log = createLogger({ service: 'fixture', level: 'silent', instanceId: 'x' });
    const lifecycle = createLifecycle({ log, timeoutMs: config.SHUTDOWN_TIMEOUT_MS, stopSignal });
    const alive = setInterval(() => undefined, 1_000);
    lifecycle.onStop('timer', () => clearInterval(alive));
    lifecycle.onStop('step', async () => {
      await sleep(config.STEP_MS);
      if (config.STEP_FAILS) throw new Error('the step failed');
    });
    process.stdout.write('started\n');
    return { url: 'http://127.0.0.1:0', stop: () => lifecycle.stop('requested') };
  },
});
