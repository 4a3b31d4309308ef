import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { listener } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import { type WebhookClient, webhookClient, webhookSettings } from './webhook-client.ts';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let harness: Harness;
let receiver: WebhookReceiver;
const running: RunningService[] = [];
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
});

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  for (const service of running.splice(0)) await harness.stop(service);
  await harness.pool.query('DELETE FROM webhook');
  await harness.pool.query('DELETE FROM deadline_errand');
  await receiver.stop();
});

afterAll(() => harness?.close());

/** A replica that tells `heard`, or that cannot reach ingest; and the holder's client at it. */
async function start(heard: ReturnType<typeof listener> | null): Promise<WebhookClient> {
  const service = await harness.start(
    { ...webhookSettings, DEADLINE_SWEEP_MS: '100', INSTANCE_ID: `pauses-${running.length}` },
    heard === null ? {} : { wrapErrands: () => ({ INGEST: heard.runner }) },
  );
  running.push(service);
  return webhookClient(harness, service);
}

async function deliver(): Promise<void> {
  published += 1;
  await harness.deliver([delivery({ number: published, to: 'post:CI' })]);
}

const untilPaused = (holder: WebhookClient, webhookId: string) =>
  eventually('paused', async () => (await holder.show(webhookId)).state === 'PAUSED');
const owed = async (): Promise<number> => {
  const { rows } = await harness.pool.query<{ count: string }>('SELECT count(*) FROM deadline_errand');
  return Number(rows[0]?.count);
};

test('a pause because of its target is told to the correspondent once, in both languages, without the address', async () => {
  const heard = listener();
  const holder = await start(heard);
  const webhookId = await holder.register(receiver);
  receiver.manners = 'status-410';
  await deliver();
  await deliver();
  await untilPaused(holder, webhookId);
  await eventually('told', async () => heard.told.length > 0);
  expect(heard.told).toMatchObject([
    {
      kind: 'SERVICE',
      status: 'ACTUAL',
      classification: 'NOT_PROTECTED',
      recipients: { action: [{ correspondent: 'post:CI' }] },
      body: { code: 'NOTICE', text: expect.stringMatching(/mis en pause.*paused/s) },
    },
  ]);
  const text = JSON.stringify(heard.told);
  expect(text).toContain(webhookId);
  expect(text).toContain(`127.0.0.1:${receiver.port}`);
  expect(text).not.toContain('/hook');
  for (const secret of receiver.secrets) expect(text).not.toContain(secret.slice(6));

  // The next pause is another one; one of its owner's own is no news to anybody.
  receiver.manners = 'takes';
  await holder.call('PATCH', `/${webhookId}`, { state: 'ACTIVE' });
  await eventually('sent', async () => (await holder.show(webhookId)).pending === 0);
  await holder.call('PATCH', `/${webhookId}`, { state: 'PAUSED' });
  expect(await owed()).toBe(1);
  await holder.call('PATCH', `/${webhookId}`, { state: 'ACTIVE' });
  receiver.manners = 'status-410';
  await deliver();
  await eventually('told again', async () => heard.told.length === 2);
  expect(new Set(heard.told.map(({ submissionId }) => submissionId)).size).toBe(2);
});

test('a target that takes nothing for as long as it is tried is told of, with since when', async () => {
  const heard = listener();
  const service = await harness.start(
    { ...webhookSettings, DEADLINE_SWEEP_MS: '100', WEBHOOK_RETRY_FOR_MS: '300' },
    { wrapErrands: () => ({ INGEST: heard.runner }) },
  );
  running.push(service);
  const holder = webhookClient(harness, service);
  await holder.register(receiver);
  receiver.manners = 'status-500';
  await deliver();
  await eventually('told', async () => heard.told.length > 0);
  expect(JSON.stringify(heard.told)).toMatch(/a rien pris depuis 20\d\d-.*taken nothing since 20\d\d-/s);
});

test('what could not be told before a restart is told after it, as the same message', async () => {
  const deaf = listener(() => ({ status: 'again', code: 'unanswered' }));
  const holder = await start(deaf);
  const webhookId = await holder.register(receiver);
  receiver.manners = 'status-410';
  await deliver();
  await untilPaused(holder, webhookId);
  await eventually('tried', async () => deaf.attempts.length > 0);
  for (const service of running.splice(0)) await harness.stop(service);
  expect(deaf.told).toEqual([]);
  const heard = listener();
  await start(heard);
  await eventually('told', async () => heard.told.length > 0);
  expect(heard.told).toEqual([deaf.attempts[0]]);
  expect(await owed()).toBe(1);
});

test('where ingest cannot be reached at all, nothing is owed that would be told long afterwards', async () => {
  const holder = await start(null);
  const webhookId = await holder.register(receiver);
  receiver.manners = 'status-410';
  await deliver();
  await untilPaused(holder, webhookId);
  expect(await owed()).toBe(0);
});
