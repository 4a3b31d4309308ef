import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import { webhookClient, webhookSettings } from './webhook-client.ts';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let harness: Harness;
let receiver: WebhookReceiver;
let started: RunningService[] = [];
const children = new Set<ChildProcess>();
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
  // Makes the tables.
  await harness.stop(await harness.start(webhookSettings));
});

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  for (const service of started) await harness.stop(service);
  started = [];
  await harness.pool.query('DELETE FROM webhook');
  await receiver.stop();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await harness?.close();
});

async function start(change: Record<string, string> = {}): Promise<RunningService> {
  const service = await harness.start({ ...webhookSettings, SINK_SESSION_TIMEOUT_MS: '6000', ...change });
  started.push(service);
  return service;
}

/** Delivers so many messages, in three threads when asked so, and says how far the inbox then is. */
async function deliver(count: number, threads: readonly string[] = []): Promise<void> {
  await harness.deliver(
    Array.from({ length: count }, (_, index) => {
      published += 1;
      const threadId = threads[index % threads.length];
      return delivery({ number: published, to: 'post:CI', ...(threadId === undefined ? {} : { threadId }) });
    }),
  );
}

const inboxNumbers = async (): Promise<number[]> => {
  const { rows } = await harness.pool.query<{ number: string }>(
    `SELECT number FROM inbox_item WHERE correspondent = 'post:CI' ORDER BY number`,
  );
  return rows.map((row) => Number(row.number));
};

const toldOf = (count: number) =>
  eventually(`told of ${count}`, async () => receiver.numbers().length === count, 60_000);

/** A process of the mailbox that kills itself at a step; it takes the lease of the webhook with it. */
async function startDoomed(
  step: string,
  after: number,
): Promise<{ url: string; died: Promise<string | null> }> {
  const child = fork(fileURLToPath(new URL('./mailbox-process.ts', import.meta.url)), {
    env: {
      ...(await harness.environment({
        ...webhookSettings,
        INSTANCE_ID: `doomed-${step}`,
        SINK_SESSION_TIMEOUT_MS: '6000',
      })),
      CRASH_AT: step,
      CRASH_AFTER: String(after),
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
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    void died.then((signal) => reject(new Error(`the process ended before it served: ${signal}`)));
  });
  return { url, died };
}

test.each([
  ['before-webhook', 9],
  ['after-webhook', 9],
])(
  'killed %s, the heir loses nothing, and a receiver that de-duplicates by id has each item once, in thread order',
  async (step, after) => {
    const before = (await inboxNumbers()).length;
    const doomed = await startDoomed(step, after);
    const holder = webhookClient(harness, { url: doomed.url, stop: async () => true });
    const webhookId = await holder.register(receiver);
    await deliver(5);
    await eventually('the first are told', async () => receiver.numbers().length >= 3);
    const threads = receiver.taken.slice(-3).map((word) => String(word.data.threadId));
    await deliver(25, threads);
    expect(await doomed.died).toBe('SIGKILL');
    const heir = await start({ INSTANCE_ID: 'heir' });
    await toldOf(30);

    const items = receiver.taken.filter((word) => word.type === 'inbox.item');
    const byId = new Map(items.map((word) => [word.id, Number(word.data.number)]));
    // One id per item, however often it came: at most what was under way at the kill came twice.
    expect([...byId.values()].toSorted((a, b) => a - b)).toEqual((await inboxNumbers()).slice(before));
    expect(items.length - byId.size).toBeLessThanOrEqual(4);
    for (const ofThread of Map.groupBy(items, (word) => String(word.data.threadId)).values()) {
      const numbers = [...new Set(ofThread.map((word) => Number(word.data.number)))];
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    const shown = webhookClient(harness, heir);
    await eventually('all is recorded', async () => (await shown.show(webhookId)).pending === 0);
  },
  120_000,
);

test('two replicas never send to one target at the same time', async () => {
  const settings = { WEBHOOK_MAX_REQUESTS: '1', WEBHOOK_TIMEOUT_MS: '5000' };
  const one = await start({ ...settings, INSTANCE_ID: 'one' });
  await start({ ...settings, INSTANCE_ID: 'two' });
  const holder = webhookClient(harness, one);
  await holder.register(receiver);
  receiver.manners = 'slow';
  receiver.slowMs = 40;
  for (let batch = 0; batch < 8; batch += 1) await deliver(5);
  await toldOf(40);
  expect(receiver.mostAtOnce()).toBe(1);
  expect(receiver.taken.filter((word) => word.type === 'inbox.item')).toHaveLength(40);
});

test('one webhook opens so many requests and no more, and a hanging one does not hold up another', async () => {
  const service = await start({ WEBHOOK_MAX_REQUESTS: '3', WEBHOOK_TIMEOUT_MS: '3000' });
  const holder = webhookClient(harness, service);
  const hanging = await startReceiver();
  await holder.register(hanging);
  await holder.register(receiver);
  hanging.manners = 'hangs';
  const startedMs = performance.now();
  await deliver(30);
  await toldOf(30);
  expect(performance.now() - startedMs).toBeLessThan(2_900);
  expect(hanging.mostAtOnce()).toBe(3);
  await hanging.stop();
});

test('a target that takes nothing is paused after the whole time of trying, keeps what waits, and is told all after', async () => {
  const service = await start({ WEBHOOK_RETRY_FOR_MS: '1500' });
  const holder = webhookClient(harness, service);
  const webhookId = await holder.register(receiver);
  receiver.manners = 'status-500';
  await deliver(6);
  await eventually('paused', async () => (await holder.show(webhookId)).state === 'PAUSED');
  expect(await holder.show(webhookId)).toMatchObject({ pausedBecause: 'FAILING', pending: 6 });
  expect((await holder.call('GET', '')).body.items[0]).toMatchObject({ pausedBecause: 'FAILING' });
  // A target that is away is asked now and then, not once per item and pause.
  expect(receiver.requests()).toBeLessThan(40);
  receiver.manners = 'takes';
  await holder.call('PATCH', `/${webhookId}`, { state: 'ACTIVE' });
  await toldOf(6);
});

test('what one item alone is refused for is given up after that time, and its thread goes on', async () => {
  const service = await start({ WEBHOOK_RETRY_FOR_MS: '1500' });
  const holder = webhookClient(harness, service);
  const webhookId = await holder.register(receiver);
  await deliver(1);
  await toldOf(1);
  const threadId = String(receiver.taken.at(-1)?.data.threadId);
  const poison = Number(receiver.numbers()[0]) + 1;
  receiver.choose = (data) => (data.number === poison ? 'status-500' : 'takes');
  await deliver(2, [threadId]);
  await eventually('the one is refused', async () => {
    const history = await holder.history(webhookId);
    return history.some((each) => each.number === poison && each.attempts.length > 0);
  });
  await deliver(1);
  await eventually('the thread goes on', async () => receiver.numbers().includes(poison + 1));
  const history = await holder.history(webhookId);
  expect(history.find((each) => each.number === poison)).toMatchObject({ state: 'FAILED' });
  expect(receiver.numbers()).not.toContain(poison);
  expect((await holder.show(webhookId)).state).toBe('ACTIVE');
});

test('after a raised epoch the inbox is read anew, and what was told keeps its place', async () => {
  const service = await start();
  const holder = webhookClient(harness, service);
  await holder.register(receiver, { since: 0 });
  const before = (await inboxNumbers()).length;
  await toldOf(before);
  const times = receiver.taken.length;
  await harness.pool.query('UPDATE mailbox_epoch SET epoch = epoch + 1');
  await deliver(2);
  await toldOf(before + 2);
  expect(receiver.taken.length).toBe(times + 2);
});
