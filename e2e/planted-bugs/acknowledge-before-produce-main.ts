import { ingestSettings, startIngest } from '@chappe/ingest';
import { runService } from '@chappe/service-kit';

const producesLaterByMs = 600;

/** A defect: the 202 leaves before Kafka has the record. Whoever dies in between has promised what is lost. */
await runService({
  service: 'ingest',
  settings: ingestSettings,
  env: process.env,
  start: (config) =>
    startIngest(config, {
      wrapProducer: (producer) => ({
        ...producer,
        send: async (records) => {
          // Whether it fails changes no answer any more: that is the defect.
          setTimeout(() => void producer.send(records).catch(() => undefined), producesLaterByMs);
          return { status: 'acknowledged' };
        },
      }),
    }),
});
