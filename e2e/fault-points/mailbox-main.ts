import { mailboxSettings, startMailbox } from '@chappe/mailbox';
import { runService } from '@chappe/service-kit';
import { around } from './die-at-step.ts';

await runService({
  service: 'mailbox',
  settings: mailboxSettings,
  env: process.env,
  start: (config) =>
    startMailbox(config, {
      wrapApplySlice: (applySlice) => (slice) => around('apply', () => applySlice(slice)),
      wrapOutboxProducer: (producer) => ({
        ...producer,
        send: (records) => around('relay', () => producer.send(records)),
      }),
    }),
});
