import { mailboxSettings, startMailbox } from '@chappe/mailbox';
import { runService } from '@chappe/service-kit';
import { refuseReplies } from './refuse-replies.ts';

/** No defect of the sink: answers are poison to this mailbox, and become dead letters that can be replayed. */
await runService({
  service: 'mailbox',
  settings: mailboxSettings,
  env: process.env,
  start: (config) => startMailbox(config, { wrapApplySlice: refuseReplies }),
});
