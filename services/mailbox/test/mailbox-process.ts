import { loadConfig } from '@chappe/service-kit';
import { mailboxSettings } from '../src/config.ts';
import type { MailboxOverrides } from '../src/mailbox-overrides.ts';
import { startMailbox } from '../src/service.ts';

/** A mailbox as a process of its own, which kills itself at one step, once it has reached it so often. */
const { CRASH_AT, CRASH_AFTER, RECORDER_URL, ...environment } = process.env;
let remaining = Number(CRASH_AFTER ?? 1);

function reach(step: string): void {
  if (step !== CRASH_AT) return;
  remaining -= 1;
  if (remaining === 0) process.kill(process.pid, 'SIGKILL');
}

const overrides: MailboxOverrides = {
  wrapApplySlice: (apply) => async (slice) => {
    if (slice.plan.inbox.length > 0) reach('before-apply');
    const items = await apply(slice);
    if (items.length > 0) reach('after-apply');
    return items;
  },
  wrapGiveReceipts: (give) => async (correspondent, acts, mayGive) => {
    reach('before-give');
    const outcomes = await give(correspondent, acts, mayGive);
    reach('after-give');
    return outcomes;
  },
  wrapOutboxProducer: (producer) => ({
    ...producer,
    async send(records) {
      reach('before-publish');
      const outcome = await producer.send(records);
      reach('after-publish');
      return outcome;
    },
  }),
  wrapSendWebhook: (send) => async (post) => {
    reach('before-webhook');
    const answer = await send(post);
    reach('after-webhook');
    return answer;
  },
  wrapSweep: (sweep) => async (directory) => {
    reach('before-sweep');
    const swept = await sweep(directory);
    if (swept.fired.length > 0) reach('after-sweep');
    return swept;
  },
  wrapReview: (review) => async (channels) => {
    reach('before-review');
    const reviewed = await review(channels);
    if (reviewed.threadIds.length > 0) reach('after-review');
    return reviewed;
  },
  wrapNoteSaid: (note) => async (said) => {
    reach('before-note');
    await note(said);
    reach('after-note');
  },
  wrapReroutes: (steps) => ({
    async recordSuspensions(directory) {
      reach('before-record');
      await steps.recordSuspensions(directory);
      if ([...directory.correspondents.values()].some((each) => each.suspended)) reach('after-record');
    },
    async walkSuspended() {
      reach('before-walk');
      const passed = await steps.walkSuspended();
      if (passed !== null && passed > 0) reach('after-walk');
      return passed;
    },
    async orderReroutes() {
      reach('before-order');
      const ordered = await steps.orderReroutes();
      if (ordered > 0) reach('after-order');
      return ordered;
    },
    async settleReroutes() {
      reach('before-settle');
      const settled = await steps.settleReroutes();
      if (settled.length > 0) reach('after-settle');
      return settled;
    },
  }),
  wrapErrands: (runners) =>
    RECORDER_URL === undefined
      ? runners
      : {
          async INGEST(payload) {
            reach('before-errand');
            const response = await fetch(RECORDER_URL, { method: 'POST', body: JSON.stringify(payload) });
            await response.body?.cancel();
            reach('after-errand');
            return { status: 'done' };
          },
        },
  wrapOutlet: (outlet) => ({
    ...outlet,
    write(bytes) {
      const isDelivery = bytes.includes('event: delivery');
      if (isDelivery) reach('before-push');
      outlet.write(bytes);
      if (isDelivery) reach('after-push');
    },
  }),
};

const service = await startMailbox(loadConfig(mailboxSettings, environment), overrides);
process.send?.({ url: service.url });
// A parent that is gone must not leave this process behind.
process.once('disconnect', () => process.exit(1));
