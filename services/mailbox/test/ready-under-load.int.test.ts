import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(async () => {
  await harness?.close();
});

// Readiness used to ask the store through the readers' own connections. With all of them busy it waited behind the
// readers, was taken for a store that is away, and a load balancer then sent everybody to the other replicas: one
// overloaded replica after the other left the service, although each was only busy.
test('a mailbox whose readers are all busy is busy, and not away', async () => {
  const service = await harness.start({ POSTGRES_POOL_MAX: '2', POSTGRES_LOCK_TIMEOUT_MS: '10000' });
  const item = delivery({ number: 1, to: 'post:CI' });
  await harness.deliver([item]);
  await eventually('it can be read', async () => {
    return (await harness.get(service, `/v1/inbox/${item.messageId}`)).status === 200;
  });
  const blocker = await harness.pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE inbox_item IN ACCESS EXCLUSIVE MODE');
    const readers = Array.from({ length: 12 }, () => harness.get(service, '/v1/inbox?limit=1'));
    await eventually('both connections of the readers wait for the lock', async () => {
      const { rows } = await harness.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'mailbox-read' AND wait_event_type = 'Lock'`,
      );
      return rows.length === 2;
    });
    const ready = await fetch(`${service.url}/readyz`);
    expect(await ready.json()).toMatchObject({ dependencies: { postgres: 'ready' } });
    expect(ready.status).toBe(200);
    await blocker.query('ROLLBACK');
    expect((await Promise.all(readers)).map((each) => each.status)).toEqual(readers.map(() => 200));
  } finally {
    blocker.release(true);
  }
}, 60_000);
