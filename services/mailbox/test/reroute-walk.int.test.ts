import { createPool, migrate, type Pool } from '@chappe/postgres';
import { type PlanNode, rowsTouched, type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimWaiting, createRerouteOrders } from '../src/adapters/postgres-order-reroutes.ts';
import { createSuspensionRecorder } from '../src/adapters/postgres-record-suspensions.ts';
import { createSuspendedWalk, itemsInRange } from '../src/adapters/postgres-walk-suspended.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const post = 'post:CI';
const items = 200_000;
const span = 2_000;
let database: TestDatabase;
let pool: Pool;

// The inbox of many years: all is settled but for what lies at both ends and in the middle, and for one thread of
// which nobody took care.
beforeAll(async () => {
  database = await testDatabase('mailbox');
  pool = createPool({
    url: database.url,
    applicationName: 'mailbox-test',
    statementTimeoutMs: 240_000,
    log: silent,
  });
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), log: silent });
  await pool.query(
    `INSERT INTO inbox_item (correspondent, number, delivery_id, message_id, decision_id, thread_id, role, lane, kind,
       status, sender, directory_release, decided_at, delivered_at, marking, receipt_stage, assignee)
     SELECT $1, n, id, id, id, CASE WHEN n BETWEEN 100001 AND 102000 THEN md5('busy')::uuid ELSE id END,
       'ACTION', 'routine', 'LEAD', 'ACTUAL', 'post:DJ', 1, now(), now(), '{}',
       CASE WHEN pending THEN 'DELIVERED' ELSE 'TAKEN_IN_CHARGE' END, CASE WHEN NOT pending THEN 'person:ann' END
     FROM generate_series(1, $2::integer) AS n, LATERAL (
       SELECT md5(n::text)::uuid AS id, n IN (1, 150000, $2) OR n BETWEEN 100001 AND 102000 AS pending) AS i`,
    [post, items],
  );
  await pool.query('INSERT INTO inbox_counter (correspondent, last_number) VALUES ($1, $2)', [post, items]);
  await pool.query('VACUUM ANALYZE inbox_item');
}, 300_000);

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** The rows that a statement touches in tables, with its effects undone. */
async function touchedBy(text: string, values: readonly unknown[]): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, [...values]);
    const plan: PlanNode = rows[0]['QUERY PLAN'][0].Plan;
    return rowsTouched(plan);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

test('a full inbox is passed in bounded parts, from an index, and what nobody acted on is noted down', async () => {
  for (const from of [0, 100_000, 198_000]) {
    expect(await touchedBy(itemsInRange, [post, from, from + span])).toBeLessThanOrEqual(span);
  }
  const correspondents = new Map([[post, { code: post, suspended: true }]]);
  await createSuspensionRecorder(pool)({ release: 1, correspondents });
  const walk = createSuspendedWalk(pool, { span });
  let passed = 0;
  const startedMs = performance.now();
  for (let step = await walk(); step !== null; step = await walk()) {
    expect(step).toBeLessThanOrEqual(span);
    passed += step;
  }
  expect(passed).toBe(items);
  expect(performance.now() - startedMs).toBeLessThan(60_000);
  const { rows } = await pool.query('SELECT count(*)::integer AS count FROM reroute');
  expect(rows).toEqual([{ count: 2_003 }]);
}, 240_000);

test('what waits is claimed in proportion to what is claimed, however long its thread', async () => {
  await pool.query('VACUUM ANALYZE reroute');
  await pool.query('UPDATE reroute SET next_at = now()');
  const batch = 50;
  // Each with its suspension, its item, that one's neighbours, and a look for what goes before it.
  expect(await touchedBy(claimWaiting, [batch])).toBeLessThan(batch * 30);
  // Nothing here has content, so nothing is ordered; each round is bounded, and one thread keeps no other from its turn.
  const order = createRerouteOrders(pool, {
    serviceCorrespondent: 'service:system',
    mostUnsettled: 100,
    batch,
  });
  for (let round = 0; round < 60; round += 1) await order();
  const { rows } = await pool.query(
    `SELECT number::integer AS number FROM reroute WHERE state = 'DROPPED' AND number IN (1, 150000, $1) ORDER BY number`,
    [items],
  );
  expect(rows.map(({ number }) => number)).toEqual([1, 150_000, items]);
}, 120_000);
