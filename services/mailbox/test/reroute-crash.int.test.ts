import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { deadlinesAt, listener, type Told } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import { deliver, followed, isOrder, type Order, prompt, rerouteOf, suspend } from './reroute-scene.ts';

let harness: Harness;
const children = new Set<ChildProcess>();
const running: RunningService[] = [];
const recorded: Order[] = [];
const recorder = createServer((request, response) => {
  void json(request).then((told) => {
    if (isOrder(told as Told)) recorded.push(told as Order);
    response.writeHead(202).end();
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  harness = await createHarness();
});

afterEach(async () => {
  for (const service of running.splice(0)) await harness.stop(service);
  await suspend(harness);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  recorder.close();
  await harness?.close();
});

// Partitions of a process that was killed are given away sooner than in production.
const settings = { ...prompt, ERRAND_TIMEOUT_MS: '500', SINK_SESSION_TIMEOUT_MS: '2000' };

/** Starts a mailbox that kills itself at a step of a reroute; resolves with the signal. */
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

const steps = [
  ...['record', 'walk', 'order'].flatMap((step) => [`before-${step}`, `after-${step}`]),
  ...['before-errand', 'after-errand', 'before-settle'],
];
// Each step has a post of its own.
const posts = [
  'post:CI',
  'post:SN',
  'post:MA',
  'post:LB',
  'post:JO',
  'post:TG',
  'post:KE',
  'post:ET',
  'post:ML',
];

test.each(steps)(
  'killed %s: each order exists once, is settled once, whoever goes on',
  async (step) => {
    const place = steps.indexOf(step);
    const post = posts[place] ?? 'post:CI';
    const wishes = { number: 100 + place, to: post };
    const { messageId } = delivery(wishes);
    const first = await harness.start({ INSTANCE_ID: `before-${step}` });
    await deliver(harness, [delivery(wishes)]);
    await harness.stop(first);
    await suspend(harness, post);

    const doomed = await startDoomed(step);
    expect(await doomed.died).toBe('SIGKILL');

    const heard = listener();
    const heir = await harness.start(
      { INSTANCE_ID: `heir-of-${step}`, ...settings },
      { wrapErrands: () => ({ INGEST: heard.runner }) },
    );
    running.push(heir);
    const orders = () =>
      [...recorded, ...heard.told.filter(isOrder)].filter(({ body }) => body.about.messageId === messageId);
    await eventually('it is ordered', async () => orders().length > 0);
    await eventually('nothing waits', async () => {
      const { rows } = await harness.pool.query(
        'SELECT FROM deadline_errand WHERE next_attempt_at IS NOT NULL',
      );
      return rows.length === 0;
    });
    // What was told just before the death is told again, under the same id: ingest accepts it once.
    expect(new Set(orders().map(({ submissionId }) => submissionId)).size).toBe(1);
    if (step === 'after-errand') expect(orders()).toHaveLength(2);
    const [order] = orders();
    if (order === undefined) throw new Error('there was one');
    await deliver(harness, followed(order, wishes, 'desk:duty'));
    await eventually(
      'it is settled',
      async () => (await rerouteOf(harness, messageId, post))[0]?.state === 'DONE',
    );
    expect((await deadlinesAt(harness, messageId, post)).map(({ ended_by }) => ended_by)).toEqual([
      'REROUTED',
    ]);
  },
  90_000,
);

test('killed after it settled: what is owed has ended with it', async () => {
  const wishes = { number: 200, to: 'post:NE' };
  const { messageId } = delivery(wishes);
  const heard = listener();
  const first = await harness.start(
    { INSTANCE_ID: 'orders', ...settings },
    { wrapErrands: () => ({ INGEST: heard.runner }) },
  );
  await deliver(harness, [delivery(wishes)]);
  await suspend(harness, 'post:NE');
  await eventually('it is ordered', async () => heard.told.some(isOrder));
  await harness.stop(first);
  const [order] = heard.told.filter(isOrder);
  if (order === undefined) throw new Error('there was one');
  await harness.deliver(followed(order, wishes, 'desk:duty'));
  const doomed = await startDoomed('after-settle');
  expect(await doomed.died).toBe('SIGKILL');
  expect((await rerouteOf(harness, messageId, 'post:NE'))[0]?.state).toBe('DONE');
  expect((await deadlinesAt(harness, messageId, 'post:NE')).map(({ ended_by }) => ended_by)).toEqual([
    'REROUTED',
  ]);
}, 90_000);
