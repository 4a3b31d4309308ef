import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { alwaysOnDuty, deadlinesAt, impatient, listener, type Told } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
const children = new Set<ChildProcess>();
const recorded: Told[] = [];
const recorder = createServer((request, response) => {
  void json(request).then((told) => {
    recorded.push(told as Told);
    response.writeHead(202).end();
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  harness = await createHarness();
  await harness.publishDirectory(alwaysOnDuty);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  recorder.close();
  await harness?.close();
});

const settings = { ...impatient, FLASH_ACKNOWLEDGE_WITHIN_MS: '1000', ERRAND_TIMEOUT_MS: '500' };

/** Starts a mailbox that kills itself at a step of a deadline; resolves with the signal. */
async function startDoomed(step: string): Promise<{ died: Promise<string | null> }> {
  const { port } = recorder.address() as AddressInfo;
  const child = fork(fileURLToPath(new URL('./mailbox-process.ts', import.meta.url)), {
    env: {
      ...(await harness.environment({ INSTANCE_ID: `doomed-${step}`, ...settings })),
      RECORDER_URL: `http://127.0.0.1:${port}/`,
      CRASH_AT: step,
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  const died = new Promise<string | null>((resolve) => {
    child.once('exit', (_code, signal) => {
      children.delete(child);
      resolve(signal);
    });
  });
  return { died };
}

test.each(['before-sweep', 'after-sweep', 'before-errand', 'after-errand'])(
  'killed %s: each escalation exists once, whoever goes on',
  async (step) => {
    const wishes = delivery({
      number: 1 + ['before-sweep', 'after-sweep', 'before-errand', 'after-errand'].indexOf(step),
      to: 'post:CI',
      lane: 'flash',
    });
    await harness.deliver([wishes]);
    if (step === 'before-sweep') {
      // The doomed one dies at its first look, so another has to put the deadline there.
      const first = await harness.start({
        INSTANCE_ID: 'first',
        DEADLINE_SWEEP_MS: '60000',
        FLASH_ACKNOWLEDGE_WITHIN_MS: '1000',
      });
      await eventually(
        'it is owed',
        async () => (await deadlinesAt(harness, wishes.messageId, 'post:CI')).length > 0,
      );
      await harness.stop(first);
    }
    const doomed = await startDoomed(step);
    expect(await doomed.died).toBe('SIGKILL');

    const heard = listener();
    const heir = await harness.start(
      { INSTANCE_ID: `heir-of-${step}`, ...settings },
      { wrapErrands: () => ({ INGEST: heard.runner }) },
    );
    const ids = () =>
      [...recorded, ...heard.told]
        .filter((each) => each.body.about.messageId === wishes.messageId)
        .map((each) => each.submissionId);
    await eventually('three different escalations', async () => new Set(ids()).size === 3, 30_000);
    await eventually('nothing waits', async () => {
      const { rows } = await harness.pool.query(
        'SELECT FROM deadline_errand WHERE next_attempt_at IS NOT NULL',
      );
      return rows.length === 0;
    });
    // What was told just before the death is told again, under the same id: ingest accepts it once.
    expect(ids().length - new Set(ids()).size).toBe(step === 'after-errand' ? 1 : 0);
    const { rows } = await harness.pool.query(
      `SELECT FROM deadline_event JOIN deadline USING (deadline_id) WHERE deadline.message_id = $1`,
      [wishes.messageId],
    );
    expect(rows).toHaveLength(3);
    await harness.stop(heir);
  },
  90_000,
);
