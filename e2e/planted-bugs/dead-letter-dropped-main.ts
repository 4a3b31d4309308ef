import { mailboxSettings, startMailbox } from '@chappe/mailbox';
import { runService } from '@chappe/service-kit';
import { refuseReplies } from './refuse-replies.ts';

/** A defect: what is poison is passed over, and its dead letter never written. */
await runService({
  service: 'mailbox',
  settings: mailboxSettings,
  env: process.env,
  start: (config) =>
    startMailbox(config, {
      wrapApplySlice: refuseReplies,
      deadLetters: { send: async () => ({ status: 'acknowledged' }) },
    }),
});
