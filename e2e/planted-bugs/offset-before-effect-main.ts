import { setTimeout as sleep } from 'node:timers/promises';
import { mailboxSettings, startMailbox } from '@chappe/mailbox';
import { runService } from '@chappe/service-kit';

const appliesLaterByMs = 300;

/** A defect: the offset is committed by itself, and only then the deliveries that it stands for. */
await runService({
  service: 'mailbox',
  settings: mailboxSettings,
  env: process.env,
  start: (config) =>
    startMailbox(config, {
      wrapApplySlice: (applySlice) => async (slice) => {
        const { move, plan } = slice;
        if (move === null) return await applySlice(slice);
        await applySlice({ ...slice, plan: { ...plan, inbox: [], sent: [] } });
        await sleep(appliesLaterByMs);
        return await applySlice({ ...slice, move: { first: move.after, after: move.after } });
      },
    }),
});
