import type { Lane } from '@chappe/schemas';
import { loadConfig } from '@chappe/service-kit';
import { routerSettings } from '../src/config.ts';
import { startRouter } from '../src/service.ts';

/** A router as a process of its own, which kills itself at one step of its routine lane, once it has reached it so often. */
const { CRASH_AT, CRASH_AFTER, ...environment } = process.env;
let remaining = Number(CRASH_AFTER ?? 1);

function reach(step: string, lane: Lane): void {
  if (step !== CRASH_AT || lane !== 'routine') return;
  remaining -= 1;
  if (remaining === 0) process.kill(process.pid, 'SIGKILL');
}

const service = await startRouter(loadConfig(routerSettings, environment), {
  wrapStore: (store, lane) => ({
    async decide(scope, decide) {
      const outcome = await store.decide(scope, (records) => {
        const decided = decide(records);
        reach('decided', lane);
        return decided;
      });
      reach('recorded', lane);
      return outcome;
    },
    async advance(move, published) {
      reach('published', lane);
      await store.advance(move, published);
      reach('advanced', lane);
    },
  }),
  wrapPublisher: (publisher, lane) => ({
    async publish(decisions, findOriginal) {
      // Half of a publication is what a crash in the middle of it leaves behind.
      if (CRASH_AT === 'half-published' && lane === 'routine') {
        await publisher.publish(decisions.slice(0, Math.ceil(decisions.length / 2)), findOriginal);
      }
      reach('half-published', lane);
      await publisher.publish(decisions, findOriginal);
    },
  }),
});
process.send?.({ url: service.url });
// A parent that is gone must not leave this process behind.
process.once('disconnect', () => process.exit(1));
