import { type Delivery, decode, type Lane } from '@chappe/schemas';
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

const posts = ['post:CI', 'post:SN', 'post:LB', 'post:CO', 'desk:duty'];
const laneOfNumber = (number: number): Lane =>
  (['flash', 'urgent', 'routine'] as const)[number % 3] ?? 'routine';

/** What each inbox holds, in its order. */
async function inboxes(): Promise<Map<string, { number: number; messageId: string; deliveryId: string }[]>> {
  const { rows } = await harness.pool.query<{
    correspondent: string;
    number: string;
    message_id: string;
    delivery_id: string;
  }>('SELECT correspondent, number, message_id, delivery_id FROM inbox_item ORDER BY correspondent, number');
  return Map.groupBy(
    rows.map((row) => ({
      correspondent: row.correspondent,
      number: Number(row.number),
      messageId: row.message_id,
      deliveryId: row.delivery_id,
    })),
    (row) => row.correspondent,
  );
}

async function expectGapless(): Promise<void> {
  for (const [correspondent, items] of await inboxes()) {
    expect(
      items.map((item) => item.number),
      correspondent,
    ).toEqual(items.map((_item, index) => index + 1));
    expect(new Set(items.map((item) => item.deliveryId)).size).toBe(items.length);
  }
}

test('two instances, three lanes and every delivery sent twice: each inbox numbers each message once, without gaps', async () => {
  const first = await harness.start({ INSTANCE_ID: 'one', SLICE_MAX_RECORDS: '7' });
  const numbered: Delivery[] = [];
  for (let number = 1; number <= 120; number += 1) {
    for (const to of posts) numbered.push(delivery({ number, to, lane: laneOfNumber(number) }));
  }
  const own = Array.from({ length: 30 }, (_, index) =>
    delivery({ number: index + 1, to: 'post:DJ', role: 'SENDER', lane: laneOfNumber(index + 1) }),
  );
  await harness.deliver([...numbered.slice(0, 300), ...own]);
  // The second joins while the first works: partitions move, and slices of both meet.
  const second = await harness.start({ INSTANCE_ID: 'two', SLICE_MAX_RECORDS: '5' });
  await harness.deliver([...numbered.slice(250), ...numbered, ...own]);

  await eventually('all inboxes are full', async () => {
    const found = await inboxes();
    return posts.every((post) => found.get(post)?.length === 120);
  });
  await eventually('all offsets are at the end', async () => {
    const { rows } = await harness.pool.query<{ applied: string }>(
      'SELECT sum(next) AS applied FROM stored_offset',
    );
    return Number(rows[0]?.applied) === 300 + 30 + (numbered.length - 250) + numbered.length + 30;
  });
  await expectGapless();
  const found = await inboxes();
  expect([...found.keys()].sort()).toEqual([...posts].sort());
  const { rows } = await harness.pool.query(
    'SELECT correspondent, last_number FROM inbox_counter ORDER BY 1',
  );
  expect(rows).toEqual(
    [...posts, 'post:DJ'].sort().map((correspondent) => ({
      correspondent,
      last_number: correspondent === 'post:DJ' ? '0' : '120',
    })),
  );

  // Kept in order: one lane of one sender to one inbox arrives as it was published.
  for (const post of posts) {
    const flash = numbered.filter((each) => each.correspondent === post && each.lane === 'flash');
    const order = new Map(found.get(post)?.map((item) => [item.deliveryId, item.number]));
    const places = flash.map((each) => order.get(each.deliveryId) ?? 0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
  await harness.stop(first);
  await harness.stop(second);
});

test('one DELIVERED receipt per numbered delivery reached the log, and the outbox is empty', async () => {
  const records = await harness.read('receipt.v1', posts.length * 120);
  const receipts = records.map((record) => {
    const decoded = decode('Receipt', record.value);
    if (decoded.status !== 'decoded') throw new Error(decoded.status);
    return decoded.value;
  });
  expect(receipts.every((receipt) => receipt.type === 'DELIVERED' && receipt.channel === 'SYSTEM')).toBe(
    true,
  );
  const items = [...(await inboxes()).values()].flat();
  expect(new Set(receipts.map((receipt) => receipt.deliveryId))).toEqual(
    new Set(items.map((item) => item.deliveryId)),
  );
  const { rows } = await harness.pool.query('SELECT count(*)::int AS waiting FROM outbox');
  expect(rows).toEqual([{ waiting: 0 }]);
});

test('a delivery that is not its recipient’s to have becomes a dead letter, takes no number and stops nobody', async () => {
  const service = await harness.start({ INSTANCE_ID: 'three' });
  const before = (await inboxes()).get('post:CI')?.length ?? 0;
  const good = delivery({ number: 501, to: 'post:CI', lane: 'flash' });
  await harness.deliver([
    delivery({ number: 500, to: 'post:CI', lane: 'flash', classification: 'SECRET' }),
    { ...delivery({ number: 502, to: 'post:CI', lane: 'flash' }), correspondent: 'post:XX' },
    good,
  ]);
  await eventually(
    'the good one is in the inbox',
    async () => (await inboxes()).get('post:CI')?.length === before + 1,
  );
  expect((await inboxes()).get('post:CI')?.at(-1)?.deliveryId).toBe(good.deliveryId);
  expect((await inboxes()).has('post:XX')).toBe(false);
  const letters = await harness.read('mailbox.flash.dlq.v1', 2, 'monitor');
  expect(letters).toHaveLength(2);
  await expectGapless();
  await harness.stop(service);
});

test('a delivery waits for the directory release that its decision names', async () => {
  const service = await harness.start({ INSTANCE_ID: 'four', DIRECTORY_WAIT_MS: '200' });
  const before = (await inboxes()).get('post:MA')?.length ?? 0;
  await harness.deliver([delivery({ number: 600, to: 'post:MA', lane: 'urgent', directoryRelease: 2 })]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect((await inboxes()).get('post:MA')?.length ?? 0).toBe(before);
  await harness.publishDirectory((same) => same);
  await eventually('it entered', async () => (await inboxes()).get('post:MA')?.length === before + 1);
  await harness.stop(service);
});
