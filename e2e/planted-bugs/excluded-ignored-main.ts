import { routerSettings, startRouter } from '@chappe/router';
import { runService } from '@chappe/service-kit';

/** A defect: whom the sender excluded is decided on like anybody else. */
await runService({
  service: 'router',
  settings: routerSettings,
  env: process.env,
  start: (config) =>
    startRouter(config, {
      wrapReadMessage: (read) => (record, lane) => {
        const arrival = read(record, lane);
        const recipients = { ...arrival.message.recipients, excluded: [] };
        return { ...arrival, message: { ...arrival.message, recipients } };
      },
    }),
});
