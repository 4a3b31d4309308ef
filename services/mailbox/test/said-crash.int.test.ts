import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closure, correction } from '../src/domain/deadline.fixture.ts';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
import { deadlinesAt, untilOwed } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await harness?.close();
});

/** Whoever goes on does not wait long for the partitions of the one that died. */
const brisk = { DEADLINE_SWEEP_MS: '100', SINK_SESSION_TIMEOUT_MS: '6000' };

/** Starts a mailbox that kills itself at a step; resolves with the signal. */
async function startDoomed(step: string): Promise<string | null> {
  const child = fork(fileURLToPath(new URL('./mailbox-process.ts', import.meta.url)), {
    env: {
      ...(await harness.environment({ INSTANCE_ID: `doomed-${step}`, ...brisk })),
      CRASH_AT: step,
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  return await new Promise<string | null>((resolve) => {
    child.once('exit', (_code, signal) => {
      children.delete(child);
      resolve(signal);
    });
  });
}

const steps = ['before-note', 'after-note', 'before-review', 'after-review'];

test.each(steps)(
  'killed %s: what was said ends what is owed and withdraws what corrects it, whoever goes on',
  async (step) => {
    const number = 100 * (1 + steps.indexOf(step));
    const asked = original({ number }).messageId;
    const follow = (more: number, rest: Partial<DeliveryWishes> = {}): DeliveryWishes => ({
      ...{ number: number + more, to: 'post:CI', threadId: asked, ...rest },
    });
    const first = await harness.start({ INSTANCE_ID: `first-of-${step}` });
    await harness.deliver([
      delivery({ number, to: 'post:CI' }),
      delivery({ number: number + 50, to: 'post:CI' }),
    ]);
    await untilOwed(harness, asked, 'post:CI');
    await untilOwed(harness, original({ number: number + 50 }).messageId, 'post:CI');
    await harness.stop(first);

    const died = startDoomed(step);
    const corrected = correction(follow(1), asked, {});
    await harness.deliver([
      delivery(follow(2, { cancels: { messageId: asked, action: 'DELETE' } })),
      corrected,
      closure({
        ...{ number: number + 3, to: 'desk:cyber', role: 'SENDER' },
        threadId: original({ number: number + 50 }).messageId,
      }),
    ]);
    expect(await died).toBe('SIGKILL');

    const heir = await harness.start({ INSTANCE_ID: `heir-of-${step}`, ...brisk });
    await eventually('the closure has ended what was owed', async () => {
      const owed = await deadlinesAt(harness, original({ number: number + 50 }).messageId, 'post:CI');
      return owed.every((each) => each.ended_by !== null);
    });
    await eventually('the correction is withdrawn', async () => {
      const { rows } = await harness.pool.query(
        'SELECT FROM inbox_item WHERE message_id = $1 AND withdrawn AND content IS NULL',
        [corrected.messageId],
      );
      return rows.length === 1;
    });
    expect(
      (await deadlinesAt(harness, original({ number: number + 50 }).messageId, 'post:CI')).map(
        (each) => each.ended_by,
      ),
    ).toEqual(['CLOSED']);
    await harness.stop(heir);
  },
  90_000,
);
