import { setTimeout as sleep } from 'node:timers/promises';
import { decode } from '@chappe/schemas';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import { type WebhookClient, webhookClient, webhookSettings } from './webhook-client.ts';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let harness: Harness;
let holder: WebhookClient;
let before: WebhookReceiver;
let after: WebhookReceiver;
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
  holder = webhookClient(harness, await harness.start(webhookSettings));
});

beforeEach(async () => {
  [before, after] = await Promise.all([startReceiver(), startReceiver()]);
});

afterEach(async () => {
  await harness.pool.query('DELETE FROM webhook');
  await Promise.all([before.stop(), after.stop()]);
});

afterAll(() => harness?.close());

async function deliver(count: number, threadId?: string): Promise<void> {
  await harness.deliver(
    Array.from({ length: count }, () => {
      published += 1;
      return delivery({ number: published, to: 'post:CI', ...(threadId === undefined ? {} : { threadId }) });
    }),
  );
}

const calm = () => harness.pool.query(`UPDATE webhook SET probed_at = '-infinity'`);

/** Registers the first receiver; the second one knows the secret, as its owner would have copied it. */
async function register(): Promise<string> {
  const webhookId = await holder.register(before);
  after.secrets = before.secrets;
  await calm();
  return webhookId;
}

test('an address is moved to once it has proven itself; what waits goes there, in its order and under its ids', async () => {
  const webhookId = await register();
  await deliver(2);
  await eventually('the first are told', async () => before.numbers().length === 2);
  await eventually('recorded', async () => (await holder.show(webhookId)).pending === 0);
  before.manners = 'hangs';
  await deliver(1);
  const threadId = '00000000-0000-8000-8000-00000000abcd';
  await deliver(3, threadId);
  await eventually('queued', async () => (await holder.show(webhookId)).pending === 4);
  const { position } = await holder.show(webhookId);

  // Who does not know the secret proves nothing, and is sent nothing.
  after.secrets = [];
  const stranger = await holder.move(webhookId, after.url);
  expect(stranger).toMatchObject({
    status: 422,
    body: { type: 'urn:chappe:problem:webhook-challenge-failed' },
  });
  for (const manners of ['echoes', 'wrong-challenge', 'redirects', 'status-410', 'closes'] as const) {
    after.secrets = before.secrets;
    after.manners = manners;
    await calm();
    expect([manners, (await holder.move(webhookId, after.url)).status]).toEqual([manners, 422]);
  }
  expect(after.taken).toEqual([]);
  expect(await holder.show(webhookId)).toMatchObject({ url: before.url });

  after.manners = 'takes';
  await calm();
  const moved = await holder.move(webhookId, after.url);
  expect(moved).toMatchObject({
    status: 200,
    body: { url: after.url, state: 'ACTIVE', position, webhookId },
  });
  await eventually('told there', async () => after.numbers().length === 4);
  const ofThread = after.taken.filter((word) => word.data.threadId === threadId);
  const numbers = ofThread.map((word) => Number(word.data.number));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  await eventually('recorded', async () => (await holder.show(webhookId)).pending === 0);
  const history = await holder.history(webhookId);
  expect(history.map((each) => each.state)).toEqual(history.map(() => 'DELIVERED'));
  expect(history).toHaveLength(6);
  // The challenge alone came before the proof.
  expect(after.taken[0]?.type).toBe('webhook.challenge');
  const oldRequests = before.requests();
  await deliver(1);
  await eventually('the next one too', async () => after.numbers().length === 5);
  expect(before.requests()).toBe(oldRequests);
});

test('an attempt at the old address that ends after the move neither pauses nor delays the new one', async () => {
  const webhookId = await register();
  before.manners = 'hangs';
  await deliver(1);
  await eventually('tried', async () => before.requests() === 2);
  // What fails from now on has been tried for too long: it would pause the webhook.
  await harness.pool.query(`UPDATE webhook_delivery SET first_attempt_at = now() - interval '4 days'`);
  await eventually('tried again', async () => before.requests() === 3);
  const moved = await holder.move(webhookId, after.url);
  expect(moved.status).toBe(200);
  await eventually('told there', async () => after.numbers().length === 1);
  await sleep(800);
  expect(await holder.show(webhookId)).toMatchObject({ state: 'ACTIVE', pending: 0 });
  const [item] = await holder.history(webhookId);
  expect(item?.attempts.map((each) => each.outcome)).toEqual(['timeout', 'timeout', 'delivered']);
});

test('what was paused because of its old target goes on; what its owner paused stays paused', async () => {
  const webhookId = await register();
  before.manners = 'status-410';
  await deliver(1);
  await eventually('paused', async () => (await holder.show(webhookId)).state === 'PAUSED');
  expect((await holder.move(webhookId, after.url)).body).toMatchObject({ state: 'ACTIVE' });
  await eventually('told there', async () => after.numbers().length === 1);
  await holder.call('PATCH', `/${webhookId}`, { state: 'PAUSED' });
  before.manners = 'takes';
  await calm();
  expect((await holder.move(webhookId, before.url)).body).toMatchObject({
    state: 'PAUSED',
    pausedBecause: 'OWNER',
    url: before.url,
  });
});

test('a webhook that never proved itself is proven by its new address', async () => {
  const webhookId = await holder.register(before, { verified: false });
  after.secrets = before.secrets;
  expect((await holder.move(webhookId, after.url)).body).toMatchObject({ state: 'ACTIVE', url: after.url });
});

test('whoever changes a webhook says which version of it they saw; of two at once one is told to look again', async () => {
  const webhookId = await register();
  const { etag, body } = await holder.call('GET', `/${webhookId}`);
  expect(etag).toBe(`"${body.version}"`);
  const unsaid = await holder.call('PUT', `/${webhookId}/address`, { url: after.url });
  expect(unsaid).toMatchObject({ status: 428, body: { type: 'urn:chappe:problem:precondition-required' } });
  const change = (purpose: string) =>
    holder.call('PATCH', `/${webhookId}`, { purpose }, { 'if-match': etag ?? '' });
  const both = await Promise.all([change('the one'), change('the other')]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  const stale = await holder.move(webhookId, after.url, etag ?? '');
  expect(stale).toMatchObject({ status: 412, body: { type: 'urn:chappe:problem:precondition-failed' } });
  expect(after.requests()).toBe(0);
  const fresh = both.find(({ status }) => status === 200)?.etag ?? '';
  expect((await holder.move(webhookId, after.url, `"0", ${fresh}`)).status).toBe(200);
  // The same again, as after a lost answer, changes nothing and asks nobody.
  const asked = after.requests();
  expect((await holder.move(webhookId, after.url, fresh)).status).toBe(200);
  expect(after.requests()).toBe(asked);
});

test('a change between the proof and the move is not overwritten', async () => {
  const webhookId = await register();
  after.manners = 'slow';
  after.slowMs = 300;
  const moving = holder.move(webhookId, after.url);
  await eventually('asked', async () => after.requests() === 1);
  expect((await holder.call('PATCH', `/${webhookId}`, { purpose: 'something else' })).status).toBe(200);
  expect((await moving).status).toBe(412);
  expect(await holder.show(webhookId)).toMatchObject({ url: before.url });
});

test('the move stands in the audit as the session that it begins', async () => {
  const webhookId = await register();
  await holder.move(webhookId, after.url);
  const entries = (await harness.read('audit.v1', 2))
    .map((record) => decode('AuditEntry', record.value))
    .flatMap((decoded) => (decoded.status === 'decoded' ? [decoded.value] : []))
    .filter((entry) => entry.resourceIds.includes(webhookId));
  expect(entries.map(({ action, reason }) => [action, reason])).toEqual([
    ['webhook.manage', 'an invented purpose'],
    ['webhook.manage', 'an invented purpose'],
  ]);
});
