import { setTimeout as sleep } from 'node:timers/promises';
import { type KafkaSettings, provisionTopics } from '@chappe/kafka';
import { serviceNames } from '@chappe/schemas';
import { type RunningKafka, type RunningRedis, startKafka, startRedis } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLead } from './example-requests.ts';
import { type Scene, startScene } from './start-scene.ts';
import { type LaneWatch, watchLanes } from './watch-lanes.ts';

let broker: RunningKafka;
let redis: RunningRedis | null;
let scene: Scene;
let started: Scene | undefined;
let admin: KafkaSettings;

beforeAll(async () => {
  broker = await startKafka({ users: [{ name: 'admin', password: 'admin-secret', superUser: true }] });
  redis = await startRedis();
  admin = {
    brokers: broker.brokers,
    username: broker.admin.username,
    password: broker.admin.password,
    mechanism: 'plain',
    tls: false,
    clientId: 'test-admin',
    topicPrefix: '',
  };
  const principals = Object.fromEntries(serviceNames.map((name) => [name, name])) as Record<
    (typeof serviceNames)[number],
    string
  >;
  await provisionTopics(admin, { replication: 1, minInsyncReplicas: 1, principals });
  const environment = {
    KAFKA_BROKERS: broker.brokers.join(','),
    KAFKA_USERNAME: broker.admin.username,
    KAFKA_PASSWORD: broker.admin.password,
    KAFKA_MECHANISM: 'plain',
    KAFKA_TLS: 'false',
    ACKNOWLEDGE_TIMEOUT_MS: '1500',
    QUEUE_LIMIT_BYTES: String(1024 * 1024),
    ...(redis === null ? {} : { REDIS_URL: redis.url, SUBMISSION_CACHE_SECRET: 'a secret for this test' }),
  };
  scene = started = await startScene({ admin, environment });
});

afterAll(async () => {
  await started?.stop();
  await redis?.stop();
  await broker.stop();
});

const ready = async (): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${scene.url}/readyz`);
  return { status: response.status, body: await response.json() };
};

async function becomes(status: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await ready()).status === status) return;
    await sleep(100);
  }
  throw new Error(`readiness never became ${status}`);
}

describe('without Redis', () => {
  it('everything goes on, only retries at another replica cost a record', async () => {
    const before = newLead();
    const first = await scene.post(before);
    redis?.kill('SIGKILL');
    await redis?.exited;
    const answers = await Promise.all(Array.from({ length: 50 }, () => scene.post(newLead())));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(5_000);
    expect((await scene.post(before)).body).toEqual(first.body);
    const { status, body } = await ready();
    expect(status).toBe(200);
    if (redis !== null)
      expect(body).toMatchObject({ dependencies: { redis: 'unavailable', kafka: 'ready' } });
  });
});

describe('without Kafka', () => {
  it('answers 503 with Retry-After and never 202, holds a bounded queue, and recovers', async () => {
    await broker.kill(1);
    const big = (): object => newLead({ body: { text: 'x'.repeat(15_000) } });
    const waiting = newLead();
    const first = await scene.post(waiting);
    expect(first).toMatchObject({ status: 503, type: 'unavailable' });
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(first.tookMs).toBeLessThan(5_000);
    await becomes(503);

    const memoryBefore = process.memoryUsage().rss;
    const flood = await Promise.all(Array.from({ length: 400 }, () => scene.post(big())));
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([503]));
    expect(flood.every(({ headers }) => headers.has('retry-after'))).toBe(true);
    const notWritten = flood.filter(({ body }) => String(body.detail).startsWith('Not written'));
    expect(notWritten.length).toBeGreaterThan(100);
    expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(300 * 1024 * 1024);

    await broker.restart(1);
    let again = await scene.post(waiting);
    for (let attempt = 0; attempt < 60 && again.status !== 202; attempt++) {
      await sleep(500);
      again = await scene.post(waiting);
    }
    expect(again.status).toBe(202);
    await becomes(200);

    const watch: LaneWatch = await watchLanes(admin);
    const records = await watch.arrived(String(again.body.messageId));
    expect(new Set(records.map(({ message }) => message.requestDigest)).size).toBe(1);
    await watch.stop();
  }, 240_000);
});
