import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFacetFiler } from '../src/adapters/postgres-file-facets.ts';
import { createInboxReader } from '../src/adapters/postgres-inbox.ts';
import { delivery, original } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(async () => {
  await harness?.close();
});

const facets = async () =>
  (
    await harness.pool.query<{ number: string; facet: string }>(
      'SELECT number, facet FROM inbox_facet ORDER BY correspondent, number, facet',
    )
  ).rows;

// A replica of an older release numbers items and knows nothing of facets. Without what follows, a list narrowed by
// kind or country would leave them out for ever and say nothing.
test('what an older release stored is filed exactly as it would have been, however often one looks', async () => {
  const service = await harness.start();
  const to = 'post:CI';
  const items = Array.from({ length: 12 }, (_, index) =>
    delivery({
      number: index + 1,
      to: index % 4 === 3 ? 'post:SN' : to,
      countries: ['DJ', 'KM'].slice(0, index % 3),
      role: index === 5 ? 'NOTICE' : 'ACTION',
      noticeCode: 'correction-withheld',
    }),
  );
  const withdrawn = original({ number: 3 }).messageId;
  await harness.deliver(items);
  await harness.deliver([delivery({ number: 20, to, cancels: { messageId: withdrawn, action: 'DELETE' } })]);
  await eventually('all are stored', async () => {
    const { rows } = await harness.pool.query('SELECT 1 FROM inbox_item');
    return rows.length === 13;
  });
  await harness.stop(service);
  const filed = await facets();
  expect(filed.length).toBeGreaterThan(40);
  await harness.pool.query('DELETE FROM inbox_facet WHERE number % 2 = 0');
  await harness.pool.query('DELETE FROM inbox_facet_progress');

  const filers = [1, 2].map(() =>
    createFacetFiler({
      pool: harness.pool,
      inbox: createInboxReader(harness.pool),
      onError: (error) => {
        throw error;
      },
    }),
  );
  expect(filers.map((each) => each.caughtUp())).toEqual([false, false]);
  await Promise.all(filers.map((each) => each.run()));
  expect(await facets()).toEqual(filed);
  expect(filers.map((each) => [each.caughtUp(), each.filedUpTo(to), each.filedUpTo('post:SN')])).toEqual([
    [true, 10, 3],
    [true, 10, 3],
  ]);
  await filers[0]?.run();
  expect(await facets()).toEqual(filed);
});
