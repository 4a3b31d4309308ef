import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
import type { EventStream, ReceivedEvent } from './event-stream.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let started: RunningService[] = [];

beforeAll(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  for (const service of started) await harness.stop(service);
  started = [];
});

afterAll(async () => {
  await harness?.close();
});

const sender = 'demo-officer-post-DJ';

async function start(...parameters: Parameters<Harness['start']>): Promise<RunningService> {
  const service = await harness.start(...parameters);
  started.push(service);
  return service;
}

async function deliver(wishes: readonly DeliveryWishes[]): Promise<void> {
  const deliveries = wishes.map((each) => delivery(each));
  await harness.deliver(deliveries);
  await eventually('all are stored', async () => {
    const { rows } = await harness.pool.query<{ count: string }>(
      `SELECT (SELECT count(*) FROM inbox_item WHERE delivery_id = ANY ($1::uuid[]))
            + (SELECT count(*) FROM sent_item WHERE decision_id = ANY ($2::uuid[]) AND correspondent = 'post:DJ') AS count`,
      [
        deliveries.filter((each) => each.role !== 'SENDER').map((each) => each.deliveryId),
        deliveries.filter((each) => each.role === 'SENDER').map((each) => each.decisionId),
      ],
    );
    return Number(rows[0]?.count) === deliveries.length;
  });
}

async function give(
  service: RunningService,
  messageId: string,
  type: string,
  subject: string,
): Promise<number> {
  const response = await fetch(`${service.url}/v1/inbox/${messageId}/receipts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await harness.token(subject)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type }),
  });
  await response.body?.cancel();
  return response.status;
}

type State = { items: { correspondent: string; state: string; owed: string[] }[] };

/** The states that a stream told of, as `correspondent state` lists. */
const statesOf = (stream: EventStream): string[] =>
  stream.events
    .filter((event) => event.type === 'tracking')
    .map((event) =>
      (event.data as State).items.map((item) => `${item.correspondent} ${item.state}`).join(', '),
    );

const pathOf = (number: number) => `/v1/sent/${original({ number }).messageId}/tracking/stream`;

describe('a sender that watches', () => {
  test('sees receipts as they are given, here and at another replica, and ends where the list stands', async () => {
    const one = await start({ INSTANCE_ID: 'one', STREAM_POLL_MS: '60000' });
    const two = await start({ INSTANCE_ID: 'two', STREAM_POLL_MS: '60000' });
    const { messageId } = original({ number: 1 });
    await deliver([
      { number: 1, to: 'post:DJ', role: 'SENDER' },
      { number: 1, to: 'desk:cyber' },
      { number: 1, to: 'post:CI', role: 'INFORMATION' },
    ]);
    const here = await harness.stream(one, pathOf(1), { subject: sender });
    const there = await harness.stream(two, pathOf(1), { subject: sender });
    for (const stream of [here, there]) await stream.until(() => statesOf(stream).length === 1);
    expect(statesOf(here)).toEqual(['desk:cyber DELIVERED, post:CI DELIVERED']);
    expect(await give(one, messageId, 'TAKEN_IN_CHARGE', 'demo-officer-desk-cyber')).toBe(201);
    // With the poll so rare, what happened at one replica is known at the other by the hint alone.
    for (const stream of [here, there]) await stream.until(() => statesOf(stream).length === 2, 10_000);
    expect(await give(two, messageId, 'READ', 'demo-officer-post-CI')).toBe(201);
    for (const stream of [here, there]) await stream.until(() => statesOf(stream).length === 3, 10_000);
    expect(statesOf(there)).toEqual([
      'desk:cyber DELIVERED, post:CI DELIVERED',
      'desk:cyber TAKEN_IN_CHARGE, post:CI DELIVERED',
      'desk:cyber TAKEN_IN_CHARGE, post:CI READ',
    ]);
    const { body } = await harness.get(one, pathOf(1).replace('/stream', ''), sender);
    const last = here.events.at(-1)?.data as State;
    expect(last.items.map((item) => item.owed)).toEqual((body as State).items.map((item) => item.owed));
    here.close();
    there.close();
  });

  test('sees the recall of its message reach a recipient, and it obey', async () => {
    const service = await start();
    const { messageId: lead } = original({ number: 10 });
    const recall = { number: 11, threadId: lead, cancels: { messageId: lead, action: 'STOP_USE' as const } };
    await deliver([
      { number: 10, to: 'post:DJ', role: 'SENDER' },
      { number: 10, to: 'desk:cyber' },
    ]);
    const stream = await harness.stream(service, pathOf(10), { subject: sender });
    await stream.until(() => statesOf(stream).length === 1);
    await deliver([
      { ...recall, to: 'post:DJ', role: 'SENDER' },
      { ...recall, to: 'desk:cyber' },
    ]);
    const recalled = (events: readonly ReceivedEvent[], state: string) =>
      events.some((event) =>
        JSON.stringify(event.data).includes(
          `"recall":{"messageId":"${original(recall).messageId}","state":"${state}"`,
        ),
      );
    await stream.until((events) => recalled(events, 'DELIVERED'));
    expect(await give(service, original(recall).messageId, 'COMPLIED', 'demo-officer-desk-cyber')).toBe(201);
    await stream.until((events) => recalled(events, 'COMPLIED'));
    stream.close();
  });

  test('without Redis learns it by the poll; coming back with what it knows is told only of what is new', async () => {
    const one = await start({ INSTANCE_ID: 'one', REDIS_URL: '', STREAM_POLL_MS: '200' });
    const two = await start({ INSTANCE_ID: 'two', REDIS_URL: '', STREAM_POLL_MS: '200' });
    const { messageId } = original({ number: 20 });
    await deliver([
      { number: 20, to: 'post:DJ', role: 'SENDER' },
      { number: 20, to: 'desk:cyber' },
    ]);
    const stream = await harness.stream(one, pathOf(20), { subject: sender });
    await stream.until(() => statesOf(stream).length === 1);
    // The first poll of a thread always looks: only a later one must tell a change from none.
    await sleep(600);
    expect(await give(two, messageId, 'READ', 'demo-officer-desk-cyber')).toBe(201);
    await stream.until(() => statesOf(stream).length === 2, 10_000);
    const known = stream.lastEventId();
    stream.close();
    const same = await harness.stream(two, pathOf(20), { subject: sender, lastEventId: known });
    expect(await give(one, messageId, 'COMPLIED', 'demo-officer-desk-cyber')).toBe(201);
    await same.until(() => statesOf(same).length === 1, 10_000);
    expect(statesOf(same)).toEqual(['desk:cyber COMPLIED']);
    same.close();
  });
});

test('what is another’s, absent, undecided or malformed is one and the same 404', async () => {
  const service = await start();
  await deliver([
    { number: 30, to: 'post:DJ', role: 'SENDER' },
    { number: 30, to: 'desk:cyber' },
  ]);
  const authorization = (subject: string) => harness.token(subject).then((token) => `Bearer ${token}`);
  const told = await Promise.all(
    [
      [pathOf(30), 'demo-officer-desk-cyber'],
      [pathOf(30), 'demo-officer-post-LB'],
      [pathOf(999), sender],
      ['/v1/sent/not-an-id/tracking/stream', sender],
      [pathOf(30), 'demo-auditor'],
    ].map(async ([path = '', subject = '']) => {
      const headers = { authorization: await authorization(subject), accept: 'text/event-stream, */*' };
      const response = await fetch(service.url + path, { headers });
      return { status: response.status, ...((await response.json()) as object), traceId: '' };
    }),
  );
  expect(told[0]).toMatchObject({ status: 404, type: 'urn:chappe:problem:not-found' });
  for (const each of told) expect(each).toEqual(told[0]);
});

test('a suspended sender is out within ten seconds, with a word', async () => {
  const service = await start();
  await deliver([
    { number: 40, to: 'post:DJ', role: 'SENDER' },
    { number: 40, to: 'desk:cyber' },
  ]);
  const stream = await harness.stream(service, pathOf(40), { subject: sender });
  await stream.until(() => statesOf(stream).length === 1);
  const atMs = performance.now();
  await harness.publishDirectory((entries) => ({
    ...entries,
    persons: entries.persons.map((person) =>
      person.subject === sender ? { ...person, suspended: true } : person,
    ),
  }));
  await stream.until((events) => events.some((event) => event.type === 'end'), 10_000);
  expect(performance.now() - atMs).toBeLessThan(10_000);
  expect(stream.events.at(-1)?.data).toEqual({ reason: 'rights-changed' });
  expect(await give(service, original({ number: 40 }).messageId, 'READ', 'demo-officer-desk-cyber')).toBe(
    201,
  );
  await stream.closed;
  expect(statesOf(stream)).toEqual(['desk:cyber DELIVERED']);
});
