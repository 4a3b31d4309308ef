import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectoryEntries } from '@chappe/directory';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DeliveryWishes, delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import { type WebhookClient, webhookClient, webhookSettings } from './webhook-client.ts';
import { type Manners, startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let harness: Harness;
let service: RunningService;
let holder: WebhookClient;
let receiver: WebhookReceiver;
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
  service = await harness.start(webhookSettings);
  holder = webhookClient(harness, service);
});

beforeEach(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  await harness.pool.query('DELETE FROM webhook');
  await receiver.stop();
});

afterAll(() => harness?.close());

/** Delivers so many messages and says under which numbers they are in the inbox. */
async function deliver(count: number, wishes: Partial<DeliveryWishes> = {}): Promise<number[]> {
  const to = wishes.to ?? 'post:CI';
  const first = await lastNumber(to);
  const fresh = Array.from({ length: count }, () => {
    published += 1;
    return delivery({ number: published, to, ...wishes });
  });
  await harness.deliver(fresh);
  await eventually('the inbox has them', async () => (await lastNumber(to)) === first + count);
  return Array.from({ length: count }, (_, index) => first + index + 1);
}

async function lastNumber(correspondent: string): Promise<number> {
  const { rows } = await harness.pool.query<{ last_number: string }>(
    'SELECT last_number FROM inbox_counter WHERE correspondent = $1',
    [correspondent],
  );
  return Number(rows[0]?.last_number ?? 0);
}

/** What the holder itself reads in its inbox, the newest. */
async function readableNumbers(): Promise<number[]> {
  const authorization = `Bearer ${await harness.issuer.mint({ clientId: 'demo-post-CI' })}`;
  const response = await fetch(`${service.url}/v1/inbox?order=descending`, { headers: { authorization } });
  const { items } = (await response.json()) as { items: { number: number }[] };
  return items.map((item) => item.number);
}

const told = (expected: readonly number[]) =>
  eventually(`told of ${expected.join()}`, async () =>
    expected.every((each) => receiver.numbers().includes(each)),
  );
const outcomesOf = async (webhookId: string): Promise<string[]> =>
  (await holder.history(webhookId)).flatMap((each) => each.attempts.map((attempt) => attempt.outcome));

test('new items are told of once each, signed, with reference and ids and no content', async () => {
  const webhookId = await holder.register(receiver);
  const secretText = 'the name of an invented person';
  const numbers = await deliver(12, { text: secretText });
  await told(numbers);
  const items = receiver.taken.filter((word) => word.type === 'inbox.item');
  expect(items).toHaveLength(12);
  expect(new Set(items.map((word) => word.id)).size).toBe(12);
  expect(receiver.unverified()).toBe(0);
  expect(JSON.stringify(items)).not.toContain('invented person');
  for (const word of items) {
    expect(Object.keys(word.data).sort()).toEqual(['messageId', 'number', 'reference', 'threadId', 'url']);
    const path = new URL(String(word.data.url)).pathname;
    const fetched = await harness.get(service, path);
    expect(fetched).toMatchObject({ status: 200, body: { messageId: word.data.messageId } });
  }
  expect(await holder.show(webhookId)).toMatchObject({ pending: 0, position: numbers.at(-1) });
});

test('only what the filter asks for is told, and nothing of before, unless asked for', async () => {
  await deliver(2);
  await holder.register(receiver, { filter: { lanes: ['flash'], roles: ['ACTION'] } });
  await deliver(2);
  const flash = await deliver(2, { lane: 'flash' });
  await deliver(1, { lane: 'flash', role: 'INFORMATION' });
  await told(flash);
  await sleep(300);
  expect(receiver.numbers().toSorted((a, b) => a - b)).toEqual(flash);

  const all = await startReceiver();
  await holder.register(all, { since: 0 });
  const last = await lastNumber('post:CI');
  await eventually('told of everything', async () => all.numbers().length === last);
  await all.stop();
});

test.each<[Manners, string]>([
  ['slow', 'timeout'],
  ['hangs', 'timeout'],
  ['drips-headers', 'timeout'],
  ['endless-informational', 'timeout'],
  ['endless-headers', 'answer-too-large'],
  ['status-500', 'status'],
  ['busy', 'status'],
  ['redirects', 'redirect'],
  ['closes', 'closed'],
  ['garbage', 'protocol'],
])(
  'a receiver that %s costs bounded time, is recorded as %s, and misses nothing',
  async (manners, outcome) => {
    const webhookId = await holder.register(receiver);
    receiver.manners = manners;
    receiver.slowMs = 2_000;
    const numbers = await deliver(2);
    await eventually('tried twice', async () => (await outcomesOf(webhookId)).length >= 2);
    const tried = (await holder.history(webhookId)).flatMap((each) => each.attempts);
    for (const attempt of tried) {
      expect(attempt.outcome).toBe(outcome);
      expect(attempt.durationMs).toBeLessThan(1_000);
    }
    expect(JSON.stringify(tried)).not.toContain('inner detail');
    expect(receiver.strayRequests()).toBe(0);
    receiver.manners = 'takes';
    await told(numbers);
    await eventually('recorded', async () => {
      const history = await holder.history(webhookId);
      return history.every((each) => each.state === 'DELIVERED');
    });
  },
);

test('an endless body after a 2xx is not read: the head of the answer is the answer', async () => {
  const webhookId = await holder.register(receiver);
  receiver.manners = 'endless-body';
  await deliver(1);
  await eventually('delivered', async () => (await holder.history(webhookId))[0]?.state === 'DELIVERED');
});

test('within a thread nothing overtakes, between threads everything may', async () => {
  const webhookId = await holder.register(receiver);
  const [first = 0] = await deliver(1);
  await told([first]);
  const threadId = String(receiver.taken.at(-1)?.data.threadId);
  let stubborn = true;
  receiver.choose = (data) => (stubborn && data.threadId === threadId ? 'status-500' : 'takes');
  const blocked = await deliver(3, { threadId });
  const others = await deliver(5);
  await told(others);
  expect(receiver.numbers().toSorted((a, b) => a - b)).toEqual([first, ...others]);
  const waiting = (await holder.history(webhookId)).filter((each) => blocked.includes(each.number));
  expect(waiting.map((each) => [each.number, each.attempts.length > 0])).toEqual(
    blocked.toReversed().map((number) => [number, number === blocked[0]]),
  );
  stubborn = false;
  await told(blocked);
  expect(receiver.numbers().filter((number) => blocked.includes(number))).toEqual(blocked);
});

test('while two secrets are valid both sign; afterwards only the new one does', async () => {
  const webhookId = await holder.register(receiver);
  const rotated = await holder.call('POST', `/${webhookId}/rotations`, { overlapS: 600 });
  expect(rotated).toMatchObject({ status: 201, body: { version: 2 } });
  const [old = ''] = receiver.secrets;
  const fresh: string = rotated.body.value;
  // The receiver still has the old one alone, then the new one alone: neither misses anything.
  for (const secrets of [[old], [fresh]]) {
    receiver.secrets = secrets;
    await told(await deliver(2));
  }
  expect(receiver.unverified()).toBe(0);
  expect((await holder.show(webhookId)).secrets).toHaveLength(2);
  await harness.pool.query(
    `UPDATE webhook_secret SET expires_at = now() WHERE webhook_id = $1 AND version = 1`,
    [webhookId],
  );
  receiver.secrets = [old];
  await deliver(1);
  await eventually('the old one no longer verifies', async () => receiver.unverified() > 0);
  receiver.secrets = [fresh];
  await eventually('taken', async () => (await holder.show(webhookId)).pending === 0);
  expect((await holder.show(webhookId)).secrets).toHaveLength(1);
});

test('with Ed25519 the receiver is given a public key', async () => {
  const created = await holder.call('POST', '', {
    url: receiver.url,
    purpose: 'invented',
    signature: 'v1a',
  });
  expect(created.body.secret.value).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
});

test('a paused webhook gets nothing, and after the pause everything', async () => {
  const webhookId = await holder.register(receiver);
  await holder.call('PATCH', `/${webhookId}`, { state: 'PAUSED' });
  const numbers = await deliver(3);
  await sleep(500);
  expect(receiver.numbers()).toEqual([]);
  await holder.call('PATCH', `/${webhookId}`, { state: 'ACTIVE' });
  await told(numbers);
});

test('the holder’s rights are judged at each delivery: suspended, nothing is sent; afterwards what waited', async () => {
  const webhookId = await holder.register(receiver);
  const suspend = (suspended: boolean) => (entries: DirectoryEntries) => ({
    ...entries,
    systems: entries.systems.map((each) =>
      each.systemId === 'system-post-CI' ? { ...each, suspended } : each,
    ),
  });
  await harness.publishDirectory(suspend(true));
  await eventually('suspended', async () => (await holder.call('GET', '')).status === 403);
  const numbers = await deliver(2);
  await sleep(600);
  expect(receiver.numbers()).toEqual([]);
  await harness.publishDirectory(suspend(false));
  await eventually('no longer suspended', async () => (await holder.call('GET', '')).status === 200);
  await told(numbers);
  expect(await holder.show(webhookId)).not.toHaveProperty('failingSince');
});

test('what the holder may not read is passed over in silence, in the history too', async () => {
  const clearance = (level: 'NOT_PROTECTED' | 'RESTRICTED') => (entries: DirectoryEntries) => ({
    ...entries,
    grants: entries.grants.map((each) =>
      each.holder === 'system-post-CI' ? { ...each, clearance: level } : each,
    ),
  });
  const webhookId = await holder.register(receiver);
  await holder.call('PATCH', `/${webhookId}`, { state: 'PAUSED' });
  const [open = 0] = await deliver(1);
  const [closed = 0] = await deliver(1, { classification: 'RESTRICTED' });
  const [next = 0] = await deliver(1);
  await harness.publishDirectory(clearance('NOT_PROTECTED'));
  await eventually('the clearance is lower', async () => !(await readableNumbers()).includes(closed));
  await holder.call('PATCH', `/${webhookId}`, { state: 'ACTIVE' });
  await told([open, next]);
  await eventually('looked at', async () => (await holder.show(webhookId)).pending === 0);
  await harness.publishDirectory(clearance('RESTRICTED'));
  // They are of two threads, which may overtake each other.
  expect(receiver.numbers().toSorted((a, b) => a - b)).toEqual([open, next]);
  expect((await holder.history(webhookId)).map((each) => each.number)).toEqual([next, open]);
  expect((await holder.call('POST', `/${webhookId}/deliveries/${closed}/resend`)).status).toBe(404);
});

test('an item is sent again when asked for, under the same id', async () => {
  const webhookId = await holder.register(receiver);
  const [number = 0] = await deliver(1);
  await told([number]);
  await eventually('recorded', async () => (await holder.history(webhookId))[0]?.state === 'DELIVERED');
  expect((await holder.call('POST', `/${webhookId}/deliveries/${number}/resend`)).status).toBe(202);
  const again = () => receiver.taken.filter((word) => word.data.number === number);
  await eventually('sent again', async () => again().length === 2);
  expect(new Set(again().map((word) => word.id)).size).toBe(1);
});

test('the test button says what came of it', async () => {
  const webhookId = await holder.register(receiver);
  await harness.pool.query(`UPDATE webhook SET probed_at = '-infinity'`);
  const tested = await holder.call('POST', `/${webhookId}/test`);
  expect(tested.body).toMatchObject({ outcome: 'delivered', httpStatus: 200 });
  expect(receiver.taken.at(-1)).toMatchObject({ type: 'webhook.test', data: { webhookId } });
});

test('410 pauses at once, and the list says so', async () => {
  const webhookId = await holder.register(receiver);
  receiver.manners = 'status-410';
  await deliver(1);
  await eventually('paused', async () => (await holder.show(webhookId)).state === 'PAUSED');
  expect(await holder.show(webhookId)).toMatchObject({ pausedBecause: 'GONE', pending: 1 });
});
