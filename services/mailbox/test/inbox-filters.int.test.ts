import { createPool, migrate, type Pool, type Queryable } from '@chappe/postgres';
import { type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInboxReader, type InboxFilter } from '../src/adapters/postgres-inbox.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const items = 20_000;
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await testDatabase('mailbox');
  pool = createPool({
    url: database.url,
    applicationName: 'mailbox-test',
    statementTimeoutMs: 60_000,
    log: silent,
  });
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), log: silent });
  // A desk's inbox of years: all but the last three are read, one in the middle is somebody's.
  await pool.query(
    `INSERT INTO inbox_item (correspondent, number, delivery_id, message_id, decision_id, thread_id, role, lane, kind,
       status, sender, directory_release, decided_at, delivered_at, marking, receipt_stage, assignee)
     SELECT 'desk:duty', n, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'ACTION',
       'routine', 'LEAD', 'ACTUAL', 'post:DJ', 1, now(), now(), '{}',
       CASE WHEN n > $1 - 3 THEN 'DELIVERED' ELSE 'READ' END, CASE WHEN n = 100 THEN 'person:ann' END
     FROM generate_series(1, $1::integer) AS n`,
    [items],
  );
  await pool.query('ANALYZE inbox_item');
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

interface PlanNode {
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How many rows the store read in vain for a page so narrowed, by its own account. */
async function readInVain(filter: InboxFilter): Promise<number> {
  let plan: PlanNode = {};
  const explaining: Pick<Queryable, 'query'> = {
    query: async (statement: { text: string; values: unknown[] }) => {
      const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`;
      const { rows } = await pool.query(text, statement.values);
      plan = rows[0]['QUERY PLAN'][0].Plan;
      return { rows: [] };
    },
  } as Queryable;
  const inbox = createInboxReader(explaining);
  await inbox.page({ correspondent: 'desk:duty', from: 0, order: 'ascending', limit: 100, filter });
  const sum = (node: PlanNode): number =>
    (node['Rows Removed by Filter'] ?? 0) + (node.Plans ?? []).reduce((total, each) => total + sum(each), 0);
  return sum(plan);
}

test.each<[InboxFilter]>([
  [{ unread: true }],
  [{ unread: true, role: 'ACTION', lane: 'routine' }],
  [{ assignee: 'person:ann' }],
  [{ threadId: '01980000-0000-8000-8000-000000000000' }],
  [{}],
])('a page narrowed to %j does not read a full inbox through', async (filter) => {
  expect(await readInVain(filter)).toBeLessThan(200);
});
