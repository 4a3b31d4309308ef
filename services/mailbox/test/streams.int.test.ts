import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let started: RunningService[] = [];
let published = 0;

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

async function start(...parameters: Parameters<Harness['start']>): Promise<RunningService> {
  const service = await harness.start(...parameters);
  started.push(service);
  return service;
}

/** Delivers so many new messages to an inbox, on all lanes. */
async function deliver(count: number, to = 'post:CI', text?: string): Promise<void> {
  const fresh = Array.from({ length: count }, (_, index) =>
    delivery({
      number: published + index + 1,
      to,
      lane: (['flash', 'urgent', 'routine'] as const)[index % 3] ?? 'routine',
      ...(text === undefined ? {} : { text }),
    }),
  );
  published += count;
  await harness.deliver(fresh);
}

async function lastNumber(correspondent = 'post:CI'): Promise<number> {
  const { rows } = await harness.pool.query<{ last_number: string }>(
    'SELECT last_number FROM inbox_counter WHERE correspondent = $1',
    [correspondent],
  );
  return Number(rows[0]?.last_number ?? 0);
}

const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('a stream replays, goes live, and resumed at any point on either replica sees each number once', async () => {
  const one = await start({ INSTANCE_ID: 'one' });
  const two = await start({ INSTANCE_ID: 'two' });
  await deliver(60);
  const steady = await harness.stream(one, '/v1/inbox/stream');
  await steady.until(() => steady.deliveries().length >= 30);

  const background = (async () => {
    for (let batch = 0; batch < 12; batch += 1) {
      await deliver(15);
      await sleep(60);
    }
  })();
  const seen: number[] = [];
  let cursor: string | undefined;
  for (let round = 1; seen.length < 240; round += 1) {
    const stream = await harness.stream(round % 2 === 0 ? one : two, '/v1/inbox/stream', {
      ...(cursor === undefined ? {} : { lastEventId: cursor }),
    });
    const enough = Math.min(1 + ((round * 7) % 23), 240 - seen.length);
    await stream.until(() => stream.deliveries().length >= enough);
    cursor = stream.lastEventId();
    seen.push(...stream.deliveries());
    stream.close();
  }
  await background;
  await steady.until(() => steady.deliveries().length >= 240);
  expect(seen).toEqual(upTo(1, 240));
  expect(steady.deliveries()).toEqual(upTo(1, 240));
  expect(
    steady.events.every(
      (event) => (event.data as { number: number }).number === Number(event.id.split('.')[1]),
    ),
  ).toBe(true);
  steady.close();
}, 120_000);

test('without Redis another replica’s commits come by the poll, later but all', async () => {
  const one = await start({ INSTANCE_ID: 'one', REDIS_URL: '', STREAM_POLL_MS: '300' });
  const two = await start({ INSTANCE_ID: 'two', REDIS_URL: 'redis://127.0.0.1:1', STREAM_POLL_MS: '300' });
  const from = await lastNumber();
  const streams = await Promise.all(
    [one, two].map((service) => harness.stream(service, '/v1/inbox/stream?since=latest')),
  );
  await deliver(45);
  for (const stream of streams) {
    await stream.until(() => stream.deliveries().length >= 45, 10_000);
    expect(stream.deliveries()).toEqual(upTo(from + 1, from + 45));
    stream.close();
  }
  const ready = await fetch(`${two.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ dependencies: { redis: 'degraded' } });
});

test('a client that never reads is cut off with bounded memory, and others do not notice', async () => {
  const service = await start({
    STREAM_MAX_BUFFERED_BYTES: '65536',
    STREAM_STALL_TIMEOUT_MS: '1500',
    STREAM_END_GRACE_MS: '500',
  });
  const from = await lastNumber('post:SN');
  const stuck = await harness.stream(service, '/v1/inbox/stream', {
    subject: 'demo-officer-post-SN',
    paused: true,
  });
  const reading = await harness.stream(service, '/v1/inbox/stream', { subject: 'demo-officer-post-SN' });
  const text = 'invented '.repeat(2_000);
  // More than the sockets of both sides hold, many times what may be buffered.
  const count = 900;
  for (let sent = 0; sent < count; sent += 100) await deliver(100, 'post:SN', text);
  await reading.until(() => reading.deliveries().length >= count, 60_000);
  expect(reading.deliveries()).toEqual(upTo(from + 1, from + count));
  await eventually('the stuck reader is cut off', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    return /chappe_mailbox_streams_ended_total\{[^}]*reason="reader-too-slow"[^}]*\} 1\n/.test(metrics);
  });
  await eventually('its connection is gone', async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    return /chappe_mailbox_streams_open\{[^}]*\} 1\n/.test(metrics);
  });
  stuck.close();
  reading.close();
}, 120_000);

test('a reader that comes back to reading within the bound gets everything, in order', async () => {
  const service = await start({ STREAM_MAX_BUFFERED_BYTES: '65536', STREAM_STALL_TIMEOUT_MS: '20000' });
  const from = await lastNumber('post:LB');
  const slow = await harness.stream(service, '/v1/inbox/stream', { subject: 'demo-officer-post-LB' });
  slow.pause();
  for (let sent = 0; sent < 600; sent += 100) await deliver(100, 'post:LB', 'invented '.repeat(2_000));
  await eventually('all are in the inbox', async () => (await lastNumber('post:LB')) === from + 600);
  slow.resume();
  await slow.until(() => slow.deliveries().length >= 600, 60_000);
  expect(slow.deliveries()).toEqual(upTo(from + 1, from + 600));
  slow.close();
}, 120_000);

test('a stream ends with its token, saying so', async () => {
  const service = await start();
  const stream = await harness.stream(service, '/v1/inbox/stream?since=latest', { expiresInS: 2 });
  const openedAt = performance.now();
  await stream.until((events) => events.some((event) => event.type === 'end'), 10_000);
  await stream.closed;
  expect(stream.events.at(-1)?.data).toEqual({ reason: 'token-expired' });
  expect(performance.now() - openedAt).toBeLessThan(4_500);
});

test('a cursor of a raised epoch gets a reset and everything again; an open stream is told to come back', async () => {
  const service = await start({ STREAM_POLL_MS: '200' });
  const last = await lastNumber();
  const open = await harness.stream(service, '/v1/inbox/stream?since=latest');
  const before = open.lastEventId();
  await harness.pool.query('UPDATE mailbox_epoch SET epoch = epoch + 1');
  await open.until((events) => events.some((event) => event.type === 'end'));
  expect(open.events.at(-1)?.data).toEqual({ reason: 'reset' });
  const again = await harness.stream(service, '/v1/inbox/stream', { lastEventId: before });
  await again.until(() => again.deliveries().length >= last);
  expect(again.events[0]).toMatchObject({ type: 'reset', id: '2.0', data: { epoch: 2, since: 0 } });
  expect(again.deliveries()).toEqual(upTo(1, last));
  expect(again.lastEventId()).toBe(`2.${last}`);
  again.close();
  const wrong = await harness.stream(service, '/v1/inbox/stream', { lastEventId: 'what?' });
  expect(wrong.status).toBe(400);
  wrong.close();
});

test('heartbeats keep a silent stream alive', async () => {
  const service = await start({ STREAM_HEARTBEAT_MS: '1000' });
  const authorization = `Bearer ${await harness.token('demo-officer-post-CI')}`;
  const response = await fetch(`${service.url}/v1/inbox/stream?since=latest`, { headers: { authorization } });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader !== undefined && (text.match(/: heartbeat/g) ?? []).length < 2) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  expect(text.match(/: heartbeat\nid: \d+\.\d+\n\n/g)?.length).toBeGreaterThanOrEqual(2);
});

test('streams end with a word when the service stops, and resume on the other replica', async () => {
  const one = await start({ INSTANCE_ID: 'one' });
  const two = await start({ INSTANCE_ID: 'two' });
  const stream = await harness.stream(one, '/v1/inbox/stream?since=latest');
  const from = await lastNumber();
  await deliver(5);
  await stream.until(() => stream.deliveries().length >= 5);
  started = started.filter((service) => service !== one);
  await harness.stop(one);
  await stream.closed;
  expect(stream.events.at(-1)?.data).toEqual({ reason: 'shutdown' });
  await deliver(5);
  const resumed = await harness.stream(two, '/v1/inbox/stream', { lastEventId: stream.lastEventId() });
  await resumed.until(() => resumed.deliveries().length >= 5);
  expect([...stream.deliveries(), ...resumed.deliveries()]).toEqual(upTo(from + 1, from + 10));
  resumed.close();
});

test('a suspension ends the open streams of the suspended within ten seconds, and of nobody else', async () => {
  const service = await start();
  const suspended = await harness.stream(service, '/v1/inbox/stream?since=latest');
  const colleague = await harness.stream(service, '/v1/inbox/stream?since=latest', {
    subject: 'demo-releaser-post-CI',
  });
  const from = await lastNumber();
  const atMs = performance.now();
  await harness.publishDirectory((entries) => ({
    ...entries,
    persons: entries.persons.map((person) =>
      person.subject === 'demo-officer-post-CI' ? { ...person, suspended: true } : person,
    ),
  }));
  await suspended.until((events) => events.some((event) => event.type === 'end'), 10_000);
  expect(performance.now() - atMs).toBeLessThan(10_000);
  expect(suspended.events.at(-1)?.data).toEqual({ reason: 'rights-changed' });
  await deliver(3);
  await colleague.until(() => colleague.deliveries().length >= 3);
  expect(colleague.deliveries()).toEqual(upTo(from + 1, from + 3));
  await sleep(200);
  expect(suspended.deliveries()).toEqual([]);
  const refused = await harness.stream(service, '/v1/inbox/stream');
  expect(refused.status).toBe(403);
  refused.close();
  colleague.close();
});
