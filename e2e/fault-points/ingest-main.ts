import { ingestSettings, startIngest } from '@chappe/ingest';
import { runService } from '@chappe/service-kit';
import { around } from './die-at-step.ts';

await runService({
  service: 'ingest',
  settings: ingestSettings,
  env: process.env,
  start: (config) =>
    startIngest(config, {
      wrapProducer: (producer) => ({
        ...producer,
        send: (records) => around('produce', () => producer.send(records)),
      }),
    }),
});
