import { PoisonRecord } from '@chappe/kafka';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

const path = '/v1/operations/mailbox/dead-letters';
const secret = 'the name of an invented person';
let harness: Harness;
let replicas: RunningService[];
let mended = false;

beforeAll(async () => {
  harness = await createHarness();
  // A bug of this release takes whatever carries this text for poison.
  const wrapApplySlice = (apply: Parameters<NonNullable<Overrides['wrapApplySlice']>>[0]): typeof apply => {
    return async (slice) => {
      const texts = slice.plan.inbox.map(({ delivery: each }) => JSON.stringify(each.message?.lead ?? null));
      if (!mended && texts.some((text) => text.includes(secret))) throw new PoisonRecord('NULL_POINTER');
      return await apply(slice);
    };
  };
  replicas = [
    await harness.start({ INSTANCE_ID: 'one' }, { wrapApplySlice }),
    await harness.start({ INSTANCE_ID: 'two' }, { wrapApplySlice }),
  ];
});
type Overrides = NonNullable<Parameters<Harness['start']>[1]>;

afterAll(() => harness?.close());

interface Item {
  group: string;
  partition: number;
  offset: string;
  result?: string;
  code?: string | null;
  subject?: string;
  reason?: string;
}

async function ask(
  replica: number,
  asked: string,
  options: { as?: string; body?: unknown } = {},
): Promise<{ status: number; items: Item[]; type: string; text: string }> {
  const { as = 'demo-operator', body } = options;
  const authorization = `Bearer ${await harness.token(as)}`;
  const response = await fetch(`${replicas[replica]?.url}${asked}`, {
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { items = [], type = '' } = JSON.parse(text);
  return { status: response.status, items, type, text };
}

const letterOf = ({ group, partition, offset }: Item) => ({ group, partition, offset });
const inbox = async () => {
  const found = await harness.pool.query(
    `SELECT number FROM inbox_item WHERE correspondent = 'post:CI' ORDER BY number`,
  );
  return found.rows.map(({ number }) => Number(number));
};

test('a dead letter of a bug now mended reaches the inbox once, however often and wherever it is replayed', async () => {
  await harness.deliver([
    delivery({ number: 1, to: 'post:CI', lane: 'flash' }),
    delivery({ number: 2, to: 'post:CI', lane: 'flash', text: secret }),
    delivery({ number: 3, to: 'post:CI', lane: 'flash' }),
  ]);
  await eventually('the others arrive', async () => (await inbox()).length === 2);
  let listed = await ask(0, path);
  await eventually('the letter is listed', async () => {
    listed = await ask(0, path);
    return listed.items.length === 1;
  });
  expect(listed.items[0]).toMatchObject({ group: 'mailbox.flash', code: 'NULL_POINTER' });
  expect(listed.text).not.toContain(secret);
  expect(listed.text).not.toContain('post:CI');
  const letters = listed.items.map(letterOf);
  const offsets = async () =>
    (await harness.pool.query('SELECT * FROM stored_offset ORDER BY group_id, topic, partition')).rows;
  const before = await offsets();

  const still = await ask(0, `${path}/replays`, { body: { letters, reason: 'too early' } });
  expect(still.items).toEqual([{ ...letters[0], result: 'STILL_POISON', code: 'NULL_POINTER' }]);
  mended = true;
  const answers = await Promise.all(
    [0, 1, 0].map((replica) => ask(replica, `${path}/replays`, { body: { letters, reason: 'mended' } })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.flatMap(({ items }) => items.map(({ result }) => result)).toSorted()).toEqual([
    'ALREADY_REPLAYED',
    'ALREADY_REPLAYED',
    'REPLAYED',
  ]);
  expect(await inbox()).toEqual([1, 2, 3]);
  expect(await offsets()).toEqual(before);
  expect((await ask(1, path)).items).toHaveLength(1);

  const { items } = await ask(1, `${path}/replays`);
  expect(items.map(({ subject, reason }) => [subject, reason])).toEqual([
    ...Array.from({ length: 3 }, () => ['person-operator', 'mended']),
    ['person-operator', 'too early'],
  ]);
});

test('what is in the inbox already is not put there again', async () => {
  await harness.pool.query('DELETE FROM dead_letter_replay');
  const { items } = await ask(0, path);
  const again = await ask(0, `${path}/replays`, {
    body: { letters: items.map(letterOf), reason: 'forgotten' },
  });
  expect(again.items.map(({ result }) => result)).toEqual(['REPLAYED']);
  expect(await inbox()).toEqual([1, 2, 3]);
});

test('only operators see or replay dead letters, with a reason, and only those of this service', async () => {
  const letters = [{ group: 'mailbox.flash', partition: 0, offset: '0' }];
  const replay = (body: unknown, as?: string) =>
    ask(0, `${path}/replays`, { body, ...(as === undefined ? {} : { as }) });
  for (const as of ['demo-officer-post-CI', 'demo-auditor']) {
    expect(await ask(0, path, { as })).toMatchObject({ status: 403, type: 'urn:chappe:problem:forbidden' });
    expect(await replay({ letters, reason: 'curious' }, as)).toMatchObject({ status: 403 });
  }
  expect(await replay({ letters })).toMatchObject({
    status: 400,
    type: 'urn:chappe:problem:reason-required',
  });
  expect(await replay({ letters, reason: ' ' })).toMatchObject({ status: 400 });
  expect(await replay({ letters: [], reason: 'none' })).toMatchObject({ status: 400 });
  expect(await replay({ letters: [{ ...letters[0], offset: '-1' }], reason: 'odd' })).toMatchObject({
    status: 400,
  });
  const many = Array.from({ length: 21 }, (_, at) => ({ ...letters[0], offset: String(at) }));
  expect(await replay({ letters: many, reason: 'many' })).toMatchObject({ status: 400 });
  expect(await ask(0, `${path}?limit=101`)).toMatchObject({ status: 400 });
  expect(await ask(0, `${path}?cursor=bm90IG91cnM`)).toMatchObject({
    status: 400,
    type: 'urn:chappe:problem:invalid-cursor',
  });
  expect(await ask(0, `${path}?group=archive`)).toMatchObject({ status: 400 });
  const foreign = await replay({
    letters: [{ group: 'archive', partition: 0, offset: '0' }],
    reason: 'foreign',
  });
  expect(foreign.items).toMatchObject([{ result: 'NOT_FOUND', code: null }]);
});
