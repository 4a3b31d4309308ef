import { PoisonRecord, PublicationFailed } from '@chappe/kafka';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RouterOverrides } from '../src/assemble-lane.ts';
import { givenLead } from './given.ts';
import { createHarness, eventually, type RouterHarness } from './router-harness.ts';

const path = '/v1/operations/router/dead-letters';
let router: RouterHarness;
let service: RunningService;
/** Messages that a bug of this release takes for poison, and what their publication meets. */
const broken = new Set<string>();
let publication: (() => void) | undefined;

beforeAll(async () => {
  router = await createHarness();
  const overrides: RouterOverrides = {
    wrapReadMessage: (read) => (record, lane) => {
      const arrival = read(record, lane);
      if (broken.has(arrival.message.messageId)) throw new PoisonRecord('NULL_POINTER');
      return arrival;
    },
    wrapPublisher: (publisher) => ({
      publish: async (decisions, findOriginal) => {
        publication?.();
        await publisher.publish(decisions, findOriginal);
      },
    }),
  };
  service = await router.start({}, overrides);
});

afterAll(() => router?.close());

interface Item {
  group: string;
  partition: number;
  offset: string;
  result: string;
  code: string | null;
  caseId?: string | null;
  state?: string;
}

async function ask(asked: string, options: { as?: string; body?: unknown } = {}) {
  const { as = 'demo-operator', body } = options;
  const response = await fetch(service.url + asked, {
    headers: {
      authorization: `Bearer ${await router.issuer.mint({ subject: as })}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const { items = [] } = (await response.json()) as { items?: Item[] };
  return { status: response.status, items };
}

/** Sends a lead that becomes a dead letter; answers it and its letter. */
async function deadLead() {
  const before = (await ask(path)).items.length;
  const lead = givenLead('post:DJ', { urgency: 'FLASH' });
  broken.add(lead.messageId);
  await router.post(lead);
  await eventually('a dead letter', async () => (await ask(path)).items.length > before);
  const [newest] = (await ask(path)).items;
  if (newest === undefined) throw new Error('no letter');
  const { group, partition, offset } = newest;
  return { lead, letters: [{ group, partition, offset }] };
}

const replay = async (letters: readonly object[]) =>
  (await ask(`${path}/replays`, { body: { letters, reason: 'mended' } })).items.map(({ result, code }) =>
    code === null ? result : `${result} ${code}`,
  );
const pending = async () => (await router.pool.query('SELECT 1 FROM pending_publication')).rowCount;
const offsets = async () =>
  (await router.pool.query('SELECT * FROM stored_offset ORDER BY group_id, topic, partition')).rows;

it('decides and publishes a replayed message once, whatever is asked twice', async () => {
  const { lead, letters } = await deadLead();
  expect(await replay(letters)).toEqual(['STILL_POISON NULL_POINTER']);
  broken.clear();
  const before = await offsets();
  expect(await replay(letters)).toEqual(['REPLAYED']);
  const decision = await router.decided(lead);
  expect(decision.outcome).toBe('ACCEPTED');
  await eventually(
    'its deliveries',
    async () => router.deliveriesOf(lead).length === decision.entries.length,
  );
  expect(await offsets()).toEqual(before);
  expect(await pending()).toBe(0);

  await router.pool.query('DELETE FROM dead_letter_replay');
  expect(await replay(letters)).toEqual(['REPLAYED']);
  await eventually(
    'the repetition',
    async () => router.deliveriesOf(lead).length === 2 * decision.entries.length,
  );
  const ids = new Set(router.deliveriesOf(lead).map(({ deliveryId }) => deliveryId));
  expect(ids.size).toBe(decision.entries.length);
  const decided = await router.pool.query('SELECT 1 FROM decision WHERE message_id = $1', [lead.messageId]);
  expect(decided.rowCount).toBe(1);
});

it('leaves to the relay what the brokers did not take after a replay was decided', async () => {
  const { lead, letters } = await deadLead();
  broken.clear();
  let refusals = 0;
  publication = () => {
    refusals += 1;
    if (refusals === 1) throw new PublicationFailed('timeout', true);
  };
  expect(await replay(letters)).toEqual(['REPLAYED']);
  const decision = await router.decided(lead);
  expect(refusals).toBeGreaterThanOrEqual(2);
  await eventually(
    'its deliveries',
    async () => router.deliveriesOf(lead).length === decision.entries.length,
  );
  await eventually('nothing pending', async () => (await pending()) === 0);
  publication = undefined;
});

it('keeps a message dead that can never be published, and out of the way of the relay', async () => {
  const { lead, letters } = await deadLead();
  broken.clear();
  publication = () => {
    throw new PublicationFailed('too-large', false);
  };
  expect(await replay(letters)).toEqual(['STILL_POISON too-large']);
  expect(await pending()).toBe(0);
  expect(router.deliveriesOf(lead)).toEqual([]);
  publication = undefined;
  expect(await replay(letters)).toEqual(['REPLAYED']);
  expect((await router.decided(lead)).outcome).toBe('ACCEPTED');
  expect(await pending()).toBe(0);
});

it('gives a message up with two operators, and never decides it afterwards', async () => {
  const { lead, letters } = await deadLead();
  broken.clear();
  const proposed = await ask(`${path}/cases`, {
    body: { act: 'DISCARD', reason: 'sent by mistake', letters },
  });
  const [proposal] = proposed.items;
  expect(proposal).toMatchObject({ result: 'PROPOSED' });
  const decision = (as: string) =>
    ask(`${path}/cases/decisions`, { as, body: { decision: 'APPROVE', cases: [proposal?.caseId] } });
  expect((await decision('demo-operator')).items).toMatchObject([{ result: 'SECOND_PERSON_REQUIRED' }]);
  expect((await decision('demo-operator-2')).items).toMatchObject([{ result: 'APPROVED' }]);
  expect(await replay(letters)).toEqual(['DISCARDED']);
  expect((await ask(path)).items[0]).toMatchObject({ ...letters[0], state: 'DISCARDED' });
  const decided = await router.pool.query('SELECT 1 FROM decision WHERE message_id = $1', [lead.messageId]);
  expect(decided.rowCount).toBe(0);
  // Three entries of the audit were written, and leave: rows go once the brokers have acknowledged them.
  const written = await router.pool.query<{ count: string }>('SELECT last_value AS count FROM outbox_id_seq');
  expect(Number(written.rows[0]?.count)).toBe(3);
  await eventually(
    'the audit has left',
    async () => (await router.pool.query('SELECT 1 FROM outbox')).rowCount === 0,
  );
});

it('tells nobody but operators', async () => {
  for (const as of ['demo-officer-post-DJ', 'demo-auditor']) {
    expect(await ask(path, { as })).toMatchObject({ status: 403 });
    const body = { letters: [{ group: 'router.flash', partition: 0, offset: '0' }], reason: 'curious' };
    expect(await ask(`${path}/replays`, { as, body })).toMatchObject({ status: 403 });
  }
});
