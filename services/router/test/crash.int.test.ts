import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { givenCorrection, givenLead, givenReply } from './given.ts';
import { createHarness, eventually, type RouterHarness } from './router-harness.ts';

let router: RouterHarness;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  router = await createHarness();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await router?.close();
});

/** Starts a router that kills itself at a step; resolves with the signal that ended it. */
function startDoomed(step: string): Promise<string | null> {
  const child = fork(fileURLToPath(new URL('./router-process.ts', import.meta.url)), {
    env: { ...router.environment({ INSTANCE_ID: 'doomed' }), CRASH_AT: step, CRASH_AFTER: '1' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  return new Promise((resolve) => {
    child.once('exit', (_code, signal) => {
      children.delete(child);
      resolve(signal);
    });
  });
}

async function recordedTimes(messageIds: readonly string[]): Promise<number> {
  const found = await router.pool.query('SELECT 1 FROM decision WHERE message_id = ANY ($1::uuid[])', [
    messageIds,
  ]);
  return found.rowCount ?? 0;
}

const publishedBefore = {
  decided: 0,
  recorded: 0,
  'half-published': 0.5,
  published: 1,
  advanced: 1,
} as const;

for (const [step, share] of Object.entries(publishedBefore)) {
  it(`survives SIGKILL when a slice is ${step}: each decision once, everything published, the same ids`, async () => {
    const lead = givenLead('post:DJ');
    const replies = Array.from({ length: 5 }, () => givenReply('desk:trafficking', lead));
    const early = givenCorrection('post:DJ', lead, { urgency: 'URGENT' });
    const messages = [lead, ...replies, early];
    const ids = messages.map(({ messageId }) => messageId);
    // The correction waits for its original, whose slice releases it: that has to survive as well.
    await router.post(...messages);

    expect(await startDoomed(step)).toBe('SIGKILL');
    if (step === 'decided') expect(await recordedTimes(ids)).toBe(0);
    else expect(await recordedTimes(ids)).toBeGreaterThan(0);
    if (share === 0) expect(router.decisions.some(({ messageId }) => ids.includes(messageId))).toBe(false);

    const successor = await router.start();
    for (const message of messages) {
      const decision = await router.decided(message);
      expect(decision.outcome).toBe('ACCEPTED');
      await eventually('all that the decision ordered', async () => {
        const delivered = new Set(router.deliveriesOf(message).map(({ deliveryId }) => deliveryId));
        return decision.entries.every(({ deliveryId }) => delivered.has(deliveryId));
      });
    }
    await eventually('the offsets reach the end', async () => {
      const left = await router.pool.query(
        'SELECT 1 FROM held_message UNION ALL SELECT 1 FROM pending_publication',
      );
      return left.rowCount === 0;
    });
    await router.stop(successor);

    expect(await recordedTimes(ids)).toBe(messages.length);
    for (const message of messages) {
      const decisions = router.decisions.filter(({ messageId }) => messageId === message.messageId);
      for (const each of decisions) expect(each).toEqual(decisions[0]);
      const known = new Set(decisions[0]?.entries.map(({ deliveryId }) => deliveryId));
      const repeated = Map.groupBy(router.deliveriesOf(message), ({ deliveryId }) => deliveryId);
      expect(new Set(repeated.keys())).toEqual(known);
      for (const copies of repeated.values()) {
        for (const each of copies) expect(each).toEqual(copies[0]);
      }
    }
  });
}
