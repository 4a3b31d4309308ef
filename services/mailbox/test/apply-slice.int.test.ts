import { createPool, migrate, type Pool, readOffset, StaleOffset } from '@chappe/postgres';
import type { Delivery } from '@chappe/schemas';
import { type TestDatabase, testDatabase } from '@chappe/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApplySlice, createApplySlice } from '../src/adapters/postgres-apply-slice.ts';
import { someTerms } from '../src/domain/deadline.fixture.ts';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { owedBySlice } from '../src/domain/owed-by-slice.ts';
import { inboxKey, planSlice } from '../src/domain/plan-slice.ts';

const emptyEverything = `TRUNCATE inbox_item, receipt, sent_item, inbox_counter, recall, outbox, stored_offset, inbox_facet,
  deadline, deadline_settlement, deadline_event`;
const atMs = 1_767_225_600_000;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let database: TestDatabase;
let pool: Pool;
let apply: ApplySlice;

beforeAll(async () => {
  database = await testDatabase('mailbox');
  pool = createPool({ url: database.url, applicationName: 'apply-test', max: 8, log: silent });
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), log: silent });
  apply = createApplySlice(pool);
});

beforeEach(async () => {
  await pool.query(emptyEverything);
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** One partition's consumer: it applies its slices one after the other. */
async function partition(number: number): Promise<(slice: readonly Delivery[]) => ReturnType<ApplySlice>> {
  const offset = { group: 'mailbox.test', topic: 'delivery.test.v1', partition: number };
  let first = await readOffset(pool, { ...offset, logStart: 0n });
  return async (slice) => {
    const after = first + BigInt(slice.length);
    const items = await apply({
      offset,
      move: { first, after },
      plan: planSlice(slice),
      atMs,
      ...owedBySlice(slice, { channels: new Map(), terms: someTerms, receivedAtMs: atMs }),
    });
    first = after;
    return items;
  };
}

/** What the inboxes hold, by inbox key, in the order of their numbers, which must have no gap. */
async function contents(): Promise<Record<string, string[]>> {
  const { rows } = await pool.query<{ correspondent: string; number: string; key: string }>(
    `SELECT correspondent, number, CASE WHEN role = 'NOTICE' THEN 'notice ' || delivery_id
       ELSE 'message ' || message_id END AS key FROM inbox_item ORDER BY correspondent, number`,
  );
  const found: Record<string, string[]> = {};
  for (const row of rows) {
    const inbox = found[row.correspondent] ?? [];
    found[row.correspondent] = inbox;
    inbox.push(`${row.correspondent} ${row.key}`);
    expect(Number(row.number)).toBe(inbox.length);
  }
  const counters = await pool.query<{ correspondent: string; last_number: string }>(
    'SELECT correspondent, last_number FROM inbox_counter',
  );
  for (const row of counters.rows)
    expect(Number(row.last_number)).toBe(found[row.correspondent]?.length ?? 0);
  return found;
}

const deliveries = fc
  .record({
    number: fc.integer({ min: 1, max: 12 }),
    to: fc.constantFrom('post:DJ', 'post:CI', 'desk:duty', 'partner:example-agency'),
    sender: fc.constantFrom('post:DJ', 'post:SN'),
    role: fc.constantFrom('ACTION' as const, 'INFORMATION' as const, 'NOTICE' as const, 'SENDER' as const),
    copy: fc.constantFrom('first', 'second'),
  })
  .map(delivery);

describe('applying slices', () => {
  test('agrees with the model: the first of each key, numbered in the order of the log, whatever is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(deliveries, { maxLength: 8 }), { maxLength: 8 }), async (slices) => {
        await pool.query(emptyEverything);
        const applyNext = await partition(0);
        const expected: Record<string, string[]> = {};
        const numbered: string[] = [];
        for (const slice of slices) {
          const placed = await applyNext(slice);
          const fresh: string[] = [];
          for (const each of slice) {
            if (each.role === 'SENDER') continue;
            const inbox = expected[each.correspondent] ?? [];
            expected[each.correspondent] = inbox;
            if (inbox.includes(inboxKey(each))) continue;
            inbox.push(inboxKey(each));
            fresh.push(`${each.deliveryId} ${inbox.length}`);
          }
          // What is handed to the streams is what was stored, under the same numbers.
          expect(placed.map((item) => `${item.deliveryId} ${item.number}`)).toEqual(fresh);
          numbered.push(...fresh);
        }
        expect(await contents()).toEqual(expected);
        const { rows } = await pool.query<{ receipts: number }>(
          'SELECT count(*)::int AS receipts FROM outbox',
        );
        expect(rows[0]?.receipts).toBe(numbered.length);
      }),
      { numRuns: 60 },
    );
  });

  test('concurrently, over the same inboxes in any order, never fails, never deadlocks and leaves no gap', async () => {
    const posts = ['post:DJ', 'post:CI', 'post:SN', 'post:LB', 'desk:duty', 'desk:cyber'];
    const workers = await Promise.all([0, 1, 2, 3, 4, 5].map(partition));
    await Promise.all(
      workers.map(async (applyNext, worker) => {
        for (let round = 0; round < 25; round += 1) {
          // Half of what each worker applies, another one applies too, and notices among them.
          const slice = posts.flatMap((_post, index) => {
            const to = posts[(index * (worker + 1) + round) % posts.length] ?? 'post:DJ';
            const number = 1 + round * 6 + (worker % 3) + index;
            return [
              delivery({ number, to, sender: 'post:TH' }),
              delivery({ number, to, sender: 'post:TH', role: 'NOTICE' }),
              delivery({ number, to: 'post:TH', sender: 'post:TH', role: 'SENDER' }),
            ];
          });
          await applyNext(worker % 2 === 0 ? slice : slice.toReversed());
        }
      }),
    );
    const found = await contents();
    expect(Object.keys(found).sort()).toEqual(posts.toSorted());
    for (const keys of Object.values(found)) expect(new Set(keys).size).toBe(keys.length);
  });

  test('concurrently, for inboxes that nobody has written to before, never deadlocks', async () => {
    const workers = await Promise.all([10, 11, 12, 13].map(partition));
    for (let round = 0; round < 25; round += 1) {
      const slice = Array.from({ length: 12 }, (_, index) =>
        delivery({ number: 1, to: `post:R${round}-${index}`, sender: 'post:TH' }),
      );
      await Promise.all(workers.map((applyNext) => applyNext(slice)));
    }
    expect(Object.values(await contents()).map((keys) => keys.length)).toEqual(Array(300).fill(1));
  });

  // A plan made while the table was empty is kept by the connection. With joins it read the whole inbox
  // for every delivery: 50 ms per slice after 25,000 items, and growing.
  test.each(['inbox_item', 'deadline'])(
    'reads no more %s rows of a full inbox than of an empty one',
    async (table) => {
      const connection = createPool({ url: database.url, applicationName: 'young', max: 1, log: silent });
      const applyYoung = createApplySlice(connection);
      const offset = { group: 'mailbox.test', topic: 'delivery.test.v1', partition: 20 };
      let first = await readOffset(connection, { ...offset, logStart: 0n });
      const readSoFar = async (): Promise<number> => {
        await connection.query('SELECT pg_stat_force_next_flush()');
        const { rows } = await connection.query<{ tuples: string }>(
          `SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = $1)
           + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = $1) AS tuples`,
          [table],
        );
        return Number(rows[0]?.tuples);
      };
      const before = await readSoFar();
      for (let slice = 0; slice < 40; slice += 1) {
        const entries = Array.from({ length: 20 }, (_, index) =>
          delivery({ number: slice * 20 + index, to: 'post:CI', sender: 'post:TH' }),
        );
        const after = first + BigInt(entries.length);
        const owed = owedBySlice(entries, { channels: new Map(), terms: someTerms, receivedAtMs: atMs });
        await applyYoung({ offset, move: { first, after }, plan: planSlice(entries), atMs, ...owed });
        first = after;
      }
      expect((await readSoFar()) - before).toBeLessThan(800 * 4);
      await connection.end();
    },
  );

  test('from an offset that has moved changes nothing and says so', async () => {
    const applyNext = await partition(3);
    await applyNext([delivery({ number: 1, to: 'post:CI' })]);
    const stale = {
      offset: { group: 'mailbox.test', topic: 'delivery.test.v1', partition: 3 },
      move: { first: 0n, after: 1n },
      plan: planSlice([delivery({ number: 2, to: 'post:CI' })]),
      atMs: 0,
    };
    await expect(apply(stale)).rejects.toThrow(StaleOffset);
    expect((await contents())['post:CI']).toHaveLength(1);
    const { rows } = await pool.query('SELECT count(*)::int AS receipts FROM outbox');
    expect(rows).toEqual([{ receipts: 1 }]);
  });

  test('of nothing only moves the offset', async () => {
    const applyNext = await partition(4);
    expect(await applyNext([])).toEqual([]);
    await apply({
      offset: { group: 'mailbox.test', topic: 'delivery.test.v1', partition: 4 },
      move: { first: 0n, after: 7n },
      plan: planSlice([]),
      atMs: 0,
    });
    const { rows } = await pool.query('SELECT next FROM stored_offset WHERE partition = 4');
    expect(rows).toEqual([{ next: '7' }]);
  });

  test('two cancellations of one message in one slice are one recall, the stricter one', async () => {
    const target = delivery({ number: 1, to: 'post:CI' });
    const cancels = (number: number, action: 'STOP_USE' | 'DELETE') =>
      delivery({ number, to: 'post:CI', cancels: { messageId: target.messageId, action } });
    const applyNext = await partition(5);
    const items = await applyNext([target, cancels(2, 'STOP_USE'), cancels(3, 'DELETE')]);
    expect(items.map((item) => [item.number, item.withdrawn])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ]);
    expect(items[0]?.message).toBeNull();
  });

  test('when the server goes away is a failure to try again, not a fault of the record', async () => {
    const lonely = createPool({ url: database.url, applicationName: 'to-be-ended', max: 1, log: silent });
    const applyOnce = createApplySlice(lonely);
    const slice = {
      offset: { group: 'mailbox.test', topic: 'delivery.test.v1', partition: 6 },
      move: { first: 0n, after: 1n },
      plan: planSlice([delivery({ number: 1, to: 'post:CI' })]),
      atMs: 0,
    };
    const holder = await pool.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE inbox_counter');
    const outcome = applyOnce(slice).catch((error: unknown) => error);
    await expect
      .poll(async () => {
        const { rowCount } = await pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to-be-ended' AND wait_event_type = 'Lock'`,
        );
        return rowCount;
      })
      .toBe(1);
    expect(await outcome).toMatchObject({ transient: true });
    await holder.query('ROLLBACK');
    holder.release();
    await lonely.end();
  });
});
