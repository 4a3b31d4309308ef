import { routerSettings, startRouter } from '@chappe/router';
import { runService } from '@chappe/service-kit';

/** A defect: a message that is read again is decided again, by what is known now, and that is published. */
await runService({
  service: 'router',
  settings: routerSettings,
  env: process.env,
  start: (config) =>
    startRouter(config, {
      wrapStore: (store) => ({
        ...store,
        decide: (scope, decide) =>
          store.decide(scope, (records) => {
            const outcome = decide(records);
            const repeated = new Set(
              outcome.fates.flatMap((each) =>
                each.fate === 'REPEATED' ? [each.known.decision.decisionId] : [],
              ),
            );
            if (repeated.size === 0) return outcome;
            const forgotten = records.decisions.filter(({ decision }) => !repeated.has(decision.decisionId));
            return { ...outcome, publish: decide({ ...records, decisions: forgotten }).publish };
          }),
      }),
    }),
});
