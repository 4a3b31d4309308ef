import { setTimeout as sleep } from 'node:timers/promises';
import { routerSettings, startRouter } from '@chappe/router';
import { runService } from '@chappe/service-kit';

const decidesLaterByMs = 60;

class OnlyLooked extends Error {
  override readonly name = 'OnlyLooked';
}

/**
 * A defect: what is known of a thread is read without the thread's lock, some time before it is decided on. A
 * dispatch and a cancellation that are decided side by side then know nothing of one another.
 */
await runService({
  service: 'router',
  settings: routerSettings,
  env: process.env,
  start: (config) =>
    startRouter(config, {
      wrapStore: (store) => ({
        ...store,
        async decide(scope, decide) {
          const unlocked = { ...scope, locks: [] };
          const seen: Parameters<typeof decide>[0][] = [];
          const look = store.decide(unlocked, (records) => {
            seen.push(records);
            throw new OnlyLooked();
          });
          await look.catch((error: unknown) => {
            if (!(error instanceof OnlyLooked)) throw error;
          });
          await sleep(decidesLaterByMs);
          const [before] = seen;
          return await store.decide(unlocked, (records) => decide(before ?? records));
        },
      }),
    }),
});
