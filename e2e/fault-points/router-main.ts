import { routerSettings, startRouter } from '@chappe/router';
import { runService } from '@chappe/service-kit';
import { around } from './die-at-step.ts';

await runService({
  service: 'router',
  settings: routerSettings,
  env: process.env,
  start: (config) =>
    startRouter(config, {
      wrapStore: (store) => ({
        decide: (scope, decide) => around('record', () => store.decide(scope, decide)),
        advance: (move, published) => around('advance', () => store.advance(move, published)),
      }),
      wrapPublisher: (publisher) => ({
        publish: (decisions, findOriginal) =>
          around('publish', () => publisher.publish(decisions, findOriginal)),
      }),
    }),
});
