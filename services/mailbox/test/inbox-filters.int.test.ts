import { createPool, migrate, type Pool, type Queryable } from '@chappe/postgres';
import { type PlanNode, rowsTouched, type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInboxCounter } from '../src/adapters/postgres-count-inbox.ts';
import { createInboxReader } from '../src/adapters/postgres-inbox.ts';
import type { InboxFilter } from '../src/domain/inbox-filter.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const desk = 'desk:duty';
const items = 200_000;
let database: TestDatabase;
let pool: Pool;

// A desk's inbox of years: all but the newest few are read, and what came for action is somebody's, with three
// exceptions. Some values stand in every item, some in one of a thousand.
beforeAll(async () => {
  database = await testDatabase('mailbox');
  pool = createPool({
    url: database.url,
    applicationName: 'mailbox-test',
    statementTimeoutMs: 120_000,
    log: silent,
  });
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), log: silent });
  await pool.query(
    `INSERT INTO inbox_item (correspondent, number, delivery_id, message_id, decision_id, thread_id, role, lane, kind,
       status, sender, directory_release, decided_at, delivered_at, marking, content, receipt_stage, assignee,
       taken_position)
     SELECT $1, n, id, id, id, id, CASE WHEN n % 3 = 0 THEN 'INFORMATION' ELSE 'ACTION' END,
       CASE WHEN n % 50 = 0 THEN 'flash' WHEN n % 5 = 1 THEN 'urgent' ELSE 'routine' END,
       CASE WHEN n % 1000 = 7 THEN 'REPLY' ELSE 'LEAD' END, 'ACTUAL',
       CASE WHEN n % 10000 = 11 THEN 'post:KM' ELSE 'post:DJ' END, 1, now(), now(), '{}', decode(repeat('00', 700), 'hex'),
       CASE WHEN n > $2 - 150 THEN 'DELIVERED' ELSE 'TAKEN_IN_CHARGE' END,
       CASE WHEN n % 3 = 0 OR n IN (100, 5000, 199000) THEN NULL WHEN n % 20000 = 13 THEN 'person:ann' ELSE 'person:bob' END,
       CASE WHEN n = 781 THEN 'chef de bureau' WHEN n % 3 > 0 THEN 'rédacteur' END
     FROM generate_series(1, $2::integer) AS n, LATERAL (SELECT md5(n::text)::uuid AS id) AS i`,
    [desk, items],
  );
  await pool.query(
    `INSERT INTO inbox_facet (correspondent, facet, number)
     SELECT x.correspondent, f.facet, x.number FROM inbox_item AS x, LATERAL (VALUES
       ('kind:' || x.kind), ('role:' || x.role), ('sender:' || x.sender), ('area:TERRORISM'),
       (CASE WHEN x.number % 500 = 3 THEN 'area:CORRUPTION' END),
       (CASE WHEN x.number % 2 = 0 THEN 'country:DJ' END),
       (CASE WHEN x.number % 2000 = 5 THEN 'country:KM' END)) AS f(facet)
     WHERE f.facet IS NOT NULL`,
  );
  await pool.query(
    `INSERT INTO deadline (deadline_id, kind, correspondent, message_id, status, card, started_at, due_at, remind_at,
       escalate_at, ended_at)
     SELECT message_id, 'TAKE_IN_CHARGE', correspondent, message_id, 'ACTUAL', '{}', now(),
       timestamptz '2026-01-01' + number * interval '1 minute', '{}', '{}', CASE WHEN number % 5000 <> 1 THEN now() END
     FROM inbox_item`,
  );
  // What autovacuum does within minutes.
  await pool.query('VACUUM ANALYZE');
}, 240_000);

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** Runs statements under EXPLAIN instead, and counts the rows that they touch in tables. */
function explaining() {
  let plan: PlanNode | undefined;
  const db: Pick<Queryable, 'query'> = {
    query: async (statement: { text: string; values: unknown[] }) => {
      const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`;
      const { rows } = await pool.query(text, statement.values);
      plan = rows[0]['QUERY PLAN'][0].Plan;
      return { rows: [] };
    },
  } as Queryable;
  return { db, touched: () => (plan === undefined ? Number.NaN : rowsTouched(plan)) };
}

const filters: readonly (readonly [InboxFilter, number])[] = [
  [{}, 101],
  [{ unread: true }, 101],
  [{ unread: true, role: 'ACTION', lane: 'routine' }, 78],
  [{ unread: true, country: 'DJ' }, 75],
  [{ lane: 'flash' }, 101],
  [{ kind: 'REPLY' }, 101],
  [{ role: 'INFORMATION' }, 101],
  [{ sender: 'post:KM' }, 20],
  [{ country: 'DJ' }, 101],
  [{ country: 'KM' }, 100],
  [{ crimeArea: 'CORRUPTION' }, 101],
  [{ country: 'KM', crimeArea: 'TERRORISM', lane: 'routine' }, 100],
  [{ country: 'DJ', kind: 'LEAD', crimeArea: 'TERRORISM' }, 101],
  [{ assignee: 'person:ann' }, 7],
  [{ assignee: 'nobody', role: 'ACTION' }, 3],
  [{ position: 'chef de bureau' }, 1],
  [{ threadId: '01980000-0000-8000-8000-000000000000' }, 0],
  [{ dueBeforeMs: Date.UTC(2026, 0, 8) }, 3],
];

describe.each([['ascending'], ['descending']] as const)('a page of a full inbox, %s', (order) => {
  test.each(filters)('narrowed to %j is read in proportion to what it shows', async (filter, shown) => {
    const page = { correspondent: desk, from: 0, order, limit: 101, filter };
    const counted = await createInboxReader(withoutContent()).page(page);
    expect(counted.length).toBe(shown);
    const { db, touched } = explaining();
    await createInboxReader(db).page(page);
    expect(touched()).toBeLessThan(1_500);
  });
});

/** The rows are invented, their content is none that could be decoded. */
function withoutContent(): Queryable {
  const query = async (statement: { text: string; values: unknown[] }) => {
    const { rows } = await pool.query(statement.text, statement.values);
    return { rows: rows.map((row) => ({ ...row, content: null })) };
  };
  return { query } as Queryable;
}

test('a page in the middle is as cheap as one at the end', async () => {
  const { db, touched } = explaining();
  const filter = { country: 'DJ', kind: 'LEAD' };
  await createInboxReader(db).page({
    correspondent: desk,
    from: 90_000,
    order: 'ascending',
    limit: 101,
    filter,
  });
  expect(touched()).toBeLessThan(1_500);
});

test('a count looks at no more than it is let', async () => {
  const { db, touched } = explaining();
  await createInboxCounter(db)(desk, { country: 'DJ' }, 500);
  expect(touched()).toBeLessThan(5_000);
});
