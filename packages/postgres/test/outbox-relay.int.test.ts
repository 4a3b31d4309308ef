import { type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  createOutboxRelay,
  createPool,
  enqueueOutbox,
  inTransaction,
  type Log,
  type OutboxRelay,
  type OutboxRelayOptions,
  outboxMigration,
  type Pool,
  type StoredOutboxRow,
} from '../src/index.ts';

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let database: TestDatabase;
let pool: Pool;
const relays: OutboxRelay[] = [];

beforeAll(async () => {
  database = await testDatabase('mailbox');
  pool = createPool({ url: database.url, applicationName: 'outbox-test', log: silent });
  await pool.query(outboxMigration);
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await pool.query('TRUNCATE outbox');
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

function relay(options: Partial<OutboxRelayOptions> & Pick<OutboxRelayOptions, 'publish'>): OutboxRelay {
  const made = createOutboxRelay({ pool, pollMs: 60_000, log: silent, ...options });
  relays.push(made);
  made.start();
  return made;
}

const enqueue = (from: number, to: number) =>
  inTransaction(pool, (client) =>
    enqueueOutbox(
      client,
      Array.from({ length: to - from }, (_, at) => ({
        topic: 'receipt.v1',
        key: `message-${from + at}`,
        value: Buffer.from([0, from + at, 255]),
        headers: { status: 'ACTUAL' },
      })),
    ),
  );

const left = async (): Promise<number> =>
  Number((await pool.query('SELECT count(*) AS n FROM outbox')).rows[0].n);

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('publishes in the order of insertion, in bounded batches, and deletes what was acknowledged', async () => {
  const batches: (readonly StoredOutboxRow[])[] = [];
  await enqueue(0, 25);
  const made = relay({
    maxRows: 10,
    publish: async (rows) => {
      batches.push(rows);
    },
  });
  await until('all published', async () => (await left()) === 0);
  expect(batches.map((rows) => rows.length)).toEqual([10, 10, 5]);
  expect(batches.flat().map(({ key }) => key)).toEqual(
    Array.from({ length: 25 }, (_, at) => `message-${at}`),
  );
  expect(batches[0]?.[3]).toMatchObject({
    topic: 'receipt.v1',
    value: Buffer.from([0, 3, 255]),
    headers: { status: 'ACTUAL' },
  });
  expect(made.health()).toMatchObject({ failing: false, publishedRows: 25 });
});

it('sends rows as soon as it is nudged, long before it would look', async () => {
  const seen: string[] = [];
  const made = relay({
    publish: async (rows) => {
      seen.push(...rows.map(({ key }) => key));
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await enqueue(0, 1);
  made.nudge();
  await until('published', () => seen.length === 1);
});

it('keeps rows whose publication failed and repeats the batch whole, in order', async () => {
  const attempts: string[][] = [];
  await enqueue(0, 3);
  const made = relay({
    publish: async (rows) => {
      attempts.push(rows.map(({ key }) => key));
      if (attempts.length < 3) throw new Error('no acknowledgement');
    },
  });
  await until('the first attempt', () => attempts.length >= 1);
  expect(await left()).toBe(3);
  await until('all published', async () => (await left()) === 0);
  expect(attempts).toEqual(Array.from({ length: 3 }, () => ['message-0', 'message-1', 'message-2']));
  expect(made.health().failing).toBe(false);
});

it('lets one of several replicas publish at a time', async () => {
  let under = 0;
  let most = 0;
  const order: string[] = [];
  const publish = async (rows: readonly StoredOutboxRow[]): Promise<void> => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(...rows.map(({ key }) => key));
    under -= 1;
  };
  await enqueue(0, 40);
  const replicas = [1, 2, 3].map(() => relay({ publish, maxRows: 4, pollMs: 10 }));
  await until('all published', async () => (await left()) === 0);
  expect(most).toBe(1);
  expect(order).toEqual(Array.from({ length: 40 }, (_, at) => `message-${at}`));
  expect(replicas).toHaveLength(3);
});

it('sees nothing of a transaction that is rolled back', async () => {
  const seen: string[] = [];
  const made = relay({
    publish: async (rows) => {
      seen.push(...rows.map(({ key }) => key));
    },
  });
  const undone = inTransaction(pool, async (client) => {
    await enqueueOutbox(client, [{ topic: 'receipt.v1', key: 'never', value: Buffer.from('x') }]);
    throw new Error('rolled back');
  });
  await expect(undone).rejects.toThrow('rolled back');
  await enqueue(1, 2);
  made.nudge();
  await until('published', () => seen.length > 0);
  expect(seen).toEqual(['message-1']);
});

it('refuses a table name that would need quoting', () => {
  expect(() =>
    createOutboxRelay({ pool, table: 'a; DROP', publish: async () => undefined, log: silent }),
  ).toThrow('plain identifier');
});
