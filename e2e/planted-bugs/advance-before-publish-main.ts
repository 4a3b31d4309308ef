import { routerSettings, startRouter } from '@chappe/router';
import { runService } from '@chappe/service-kit';

const publishesLaterByMs = 1_000;

/** A defect: the router moves its offset on before its publication is acknowledged. */
await runService({
  service: 'router',
  settings: routerSettings,
  env: process.env,
  start: (config) =>
    startRouter(config, {
      wrapPublisher: (publisher) => ({
        async publish(decisions, findOriginal) {
          setTimeout(
            // Nobody waits for it any more, so nobody learns that it failed: that is the defect.
            () => void publisher.publish(decisions, findOriginal).catch(() => undefined),
            publishesLaterByMs,
          );
        },
      }),
    }),
});
