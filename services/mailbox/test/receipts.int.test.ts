import { decode, type Receipt } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import type { EventStream } from './event-stream.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let service: RunningService;
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
  service = await harness.start();
});

afterAll(async () => {
  await harness?.close();
});

const desk = 'desk:counter-terrorism';
const officer = 'demo-officer-desk-counter-terrorism';
const head = 'demo-head-desk-counter-terrorism';
const colleague = 'person:person-head-desk-counter-terrorism';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function post(path: string, body: unknown, subject = officer, to = service): Promise<Answer> {
  const response = await fetch(to.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await harness.token(subject)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const give = (messageId: string, body: unknown, subject?: string) =>
  post(`/v1/inbox/${messageId}/receipts`, body, subject);

const problem = (status: number, code: string) => ({
  status,
  body: expect.objectContaining({ status, type: `urn:chappe:problem:${code}` }),
});

/** Delivers one new invented message and waits until it stands in the inbox. */
async function delivered(wishes: Partial<Parameters<typeof delivery>[0]> = {}): Promise<string> {
  published += 1;
  const sent = delivery({ number: published, to: desk, ...wishes });
  await harness.deliver([sent]);
  await eventually('it is in the inbox', async () => {
    const { rows } = await harness.pool.query('SELECT 1 FROM inbox_item WHERE delivery_id = $1', [
      sent.deliveryId,
    ]);
    return rows.length > 0;
  });
  return sent.messageId;
}

async function stored(messageId: string): Promise<{ version: number; type: string }[]> {
  const { rows } = await harness.pool.query<{ version: number; type: string }>(
    `SELECT r.version, r.type FROM receipt AS r JOIN inbox_item USING (delivery_id)
     WHERE message_id = $1 ORDER BY r.version`,
    [messageId],
  );
  return rows;
}

const stateIn = (stream: EventStream) =>
  stream.events
    .filter((event) => event.type === 'delivery')
    .map((event) => (event.data as { receiptState: string }).receiptState);

describe('a receipt', () => {
  test('is given once, shown in the inbox, and says nothing new when it is repeated', async () => {
    const messageId = await delivered();
    expect((await harness.get(service, `/v1/inbox/${messageId}`, officer)).body).toMatchObject({
      unread: true,
      receiptState: 'DELIVERED',
      receiptVersion: 1,
    });
    const first = await give(messageId, { type: 'READ' });
    expect(first).toMatchObject({
      status: 201,
      body: { messageId, unread: false, receiptState: 'READ', receiptVersion: 2 },
    });
    expect(await give(messageId, { type: 'READ' }, head)).toEqual({ ...first, status: 200 });
    const taken = await give(messageId, { type: 'TAKEN_IN_CHARGE' });
    expect(taken).toMatchObject({
      status: 201,
      body: {
        receiptState: 'TAKEN_IN_CHARGE',
        receiptVersion: 3,
        assignee: 'person:person-officer-desk-counter-terrorism',
        takenInChargeBy: { position: 'rédacteur', mine: true },
        receipts: [
          { version: 2, type: 'READ', position: 'rédacteur', channel: 'SYSTEM' },
          { version: 3, type: 'TAKEN_IN_CHARGE' },
        ],
      },
    });
    expect(await give(messageId, { type: 'TAKEN_IN_CHARGE' })).toEqual({ ...taken, status: 200 });
    expect(JSON.stringify(taken.body.receipts)).not.toContain('person-');
    const asHead = (await harness.get(service, `/v1/inbox/${messageId}`, head)).body;
    expect(asHead).toMatchObject({
      receiptState: 'TAKEN_IN_CHARGE',
      takenInChargeBy: { position: 'rédacteur', mine: false },
    });
    expect(await stored(messageId)).toEqual([
      { version: 2, type: 'READ' },
      { version: 3, type: 'TAKEN_IN_CHARGE' },
    ]);
  });

  test('of two people who take charge at the same moment is one’s; the other is told whose, by function', async () => {
    for (let round = 0; round < 5; round += 1) {
      const messageId = await delivered();
      const answers = await Promise.all(
        [officer, head, officer, head].map((subject) =>
          give(messageId, { type: 'TAKEN_IN_CHARGE' }, subject),
        ),
      );
      const statuses = answers.map((answer) => answer.status).sort();
      expect(statuses).toEqual([200, 201, 409, 409]);
      const refused = answers.find((answer) => answer.status === 409);
      expect(refused?.body).toMatchObject({
        type: 'urn:chappe:problem:receipt-taken',
        detail: expect.stringMatching(/in charge of (rédacteur|chef de bureau) since 20/),
      });
      expect(JSON.stringify(refused)).not.toContain('person-');
      expect(await stored(messageId)).toEqual([{ version: 2, type: 'TAKEN_IN_CHARGE' }]);
    }
  });

  test('hands a matter over, to a colleague of the directory alone, and closes it', async () => {
    const messageId = await delivered();
    await give(messageId, { type: 'TAKEN_IN_CHARGE' });
    expect(await give(messageId, { type: 'TRANSFERRED' })).toEqual(problem(400, 'missing-field'));
    expect(
      await give(messageId, { type: 'TRANSFERRED', transferredTo: 'person:person-officer-post-CI' }),
    ).toEqual(problem(400, 'invalid-value'));
    expect(await give(messageId, { type: 'TRANSFERRED', transferredTo: 'desk:nowhere' })).toEqual(
      problem(400, 'unknown-correspondent'),
    );
    expect(await give(messageId, { type: 'TRANSFERRED', transferredTo: colleague })).toMatchObject({
      status: 201,
      body: { receiptState: 'TRANSFERRED', assignee: colleague },
    });
    expect(await give(messageId, { type: 'COMPLIED' })).toEqual(problem(409, 'receipt-assigned'));
    expect(await give(messageId, { type: 'TAKEN_IN_CHARGE' }, head)).toMatchObject({ status: 201 });
    expect(await give(messageId, { type: 'REJECTED', reason: ' ' }, head)).toEqual(
      problem(400, 'missing-field'),
    );
    expect(await give(messageId, { type: 'REJECTED', reason: 'invented: misrouted' }, head)).toMatchObject({
      status: 201,
      body: { receiptState: 'REJECTED', receiptVersion: 5 },
    });
    expect(await give(messageId, { type: 'COMPLIED' }, head)).toEqual(problem(409, 'receipt-closed'));
    expect(await give(messageId, { type: 'READ' }, head)).toMatchObject({
      status: 200,
      body: { receiptState: 'REJECTED', receiptVersion: 5 },
    });
  });

  test('given by phone is written down by somebody, in the function of who gave it', async () => {
    const messageId = await delivered();
    const byPhone = { type: 'TAKEN_IN_CHARGE', channel: 'PHONE', givenBy: 'permanence' };
    expect(await give(messageId, { ...byPhone, channel: 'SYSTEM' })).toEqual(problem(400, 'invalid-value'));
    expect(await give(messageId, byPhone)).toMatchObject({
      status: 201,
      body: { receipts: [{ channel: 'PHONE', position: 'permanence' }] },
    });
  });
});

describe('who may acknowledge', () => {
  test('a person, never a system, whatever it was granted', async () => {
    const messageId = await delivered();
    const system = 'demo-desk-counter-terrorism';
    const token = await harness.issuer.mint({ subject: system, clientId: system });
    for (const path of [`/v1/inbox/${messageId}/receipts`, '/v1/inbox/receipts']) {
      const response = await fetch(service.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'READ' }),
      });
      expect(await response.json()).toMatchObject({
        status: 403,
        type: 'urn:chappe:problem:person-required',
      });
    }
    expect(await give(messageId, { type: 'READ' }, 'demo-auditor')).toEqual(problem(404, 'not-found'));
    expect(await stored(messageId)).toEqual([]);
  });

  test('about its own correspondent’s deliveries: foreign, absent, malformed and unreadable are one answer', async () => {
    const foreign = await delivered({ to: 'post:LB' });
    const secret = await delivered({ to: 'post:CI', classification: 'RESTRICTED' });
    const absent = '01980000-0000-8000-8000-000000000000';
    await harness.publishDirectory((entries) => ({
      ...entries,
      grants: entries.grants.map((grant) =>
        grant.holder === 'person-officer-post-CI' ? { ...grant, clearance: 'NOT_PROTECTED' } : grant,
      ),
    }));
    const subject = 'demo-officer-post-CI';
    await eventually('the clearance is gone', async () => {
      return (await harness.get(service, `/v1/inbox/${secret}`, subject)).status === 404;
    });
    const ids = [foreign, absent, secret, 'not-an-id', `${foreign}%00`];
    const answers = await Promise.all(ids.map((id) => give(id, { type: 'READ' }, subject)));
    const withoutTrace = answers.map(({ status, body }) => ({ status, body: { ...body, traceId: '' } }));
    expect(withoutTrace[0]).toEqual(problem(404, 'not-found'));
    for (const each of withoutTrace) expect(each).toEqual(withoutTrace[0]);
    expect([...(await stored(foreign)), ...(await stored(secret))]).toEqual([]);
    const bulk = await post(
      '/v1/inbox/receipts',
      { items: [foreign, absent].map((messageId) => ({ messageId, type: 'READ' })) },
      subject,
    );
    const [one, other] = (bulk.body.items as { problem: object }[]).map((item) => ({
      ...item.problem,
      traceId: '',
    }));
    expect(one).toEqual(other);
  });

  test('not once suspended', async () => {
    const messageId = await delivered({ to: 'post:LB' });
    const subject = 'demo-officer-post-LB';
    expect(await give(messageId, { type: 'READ' }, subject)).toMatchObject({ status: 201 });
    await harness.publishDirectory((entries) => ({
      ...entries,
      persons: entries.persons.map((person) =>
        person.personId === 'person-officer-post-LB' ? { ...person, suspended: true } : person,
      ),
    }));
    await eventually('it is suspended', async () => {
      return (await give(messageId, { type: 'READ' }, subject)).status === 403;
    });
    expect(await give(messageId, { type: 'COMPLIED' }, subject)).toEqual(problem(403, 'suspended'));
    expect(await stored(messageId)).toHaveLength(1);
  });
});

describe('many at once', () => {
  test('200 items get an answer each; what one is refused for does not touch the others', async () => {
    const first = await delivered();
    const second = await delivered();
    const items = [
      { messageId: first, type: 'READ' },
      { messageId: second, type: 'TAKEN_IN_CHARGE' },
      { messageId: first, type: 'TAKEN_IN_CHARGE' },
      { messageId: second, type: 'NONSENSE' },
      { messageId: second, type: 'REJECTED' },
      { messageId: '01980000-0000-8000-8000-000000000000', type: 'READ' },
      { messageId: first, type: 'READ' },
    ];
    const answer = await post('/v1/inbox/receipts', { items });
    const told = (answer.body.items as { messageId: string; status: number; problem?: object }[]).map(
      (item) => [item.messageId, item.status],
    );
    expect(told).toEqual([
      [first, 201],
      [second, 201],
      [first, 201],
      [second, 400],
      [second, 400],
      ['01980000-0000-8000-8000-000000000000', 404],
      [first, 200],
    ]);
    expect(await stored(first)).toHaveLength(2);
    const full = Array.from({ length: 200 }, () => ({ messageId: first, type: 'READ' }));
    expect((await post('/v1/inbox/receipts', { items: full })).body.items).toHaveLength(200);
    const tooMany = [...full, { messageId: first, type: 'READ' }];
    expect(await post('/v1/inbox/receipts', { items: tooMany })).toMatchObject({ status: 400 });
    expect(await post('/v1/inbox/receipts', { items: [] })).toMatchObject({ status: 400 });
  });

  test('two bulks over the same messages in opposite order both end, and nothing is given twice', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => delivered()));
    const bulk = (order: readonly string[], subject: string) =>
      post('/v1/inbox/receipts', { items: order.map((messageId) => ({ messageId, type: 'READ' })) }, subject);
    const answers = await Promise.all([
      bulk(ids, officer),
      bulk([...ids].reverse(), head),
      bulk([...ids].reverse(), officer),
      bulk(ids, head),
    ]);
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 200]);
    for (const id of ids) expect(await stored(id)).toEqual([{ version: 2, type: 'READ' }]);
  });
});

describe('lists', () => {
  test('are narrowed to what is unread, for action, one’s own, nobody’s, or of a thread', async () => {
    const post = 'post:SN';
    const subject = 'demo-officer-post-SN';
    const list = async (query: string) => {
      const { body } = await harness.get(service, `/v1/inbox?${query}`, subject);
      return (body as { items: { messageId: string }[] }).items.map((item) => item.messageId);
    };
    const read = await delivered({ to: post });
    const mine = await delivered({ to: post });
    const fresh = await delivered({ to: post, role: 'INFORMATION' });
    await give(read, { type: 'READ' }, subject);
    await give(mine, { type: 'TAKEN_IN_CHARGE' }, subject);
    expect(await list('unread=true')).toEqual([fresh]);
    expect(await list('unread=false')).toEqual([read, mine]);
    expect(await list('action=true')).toEqual([read, mine]);
    expect(await list('assignee=me')).toEqual([mine]);
    expect(await list('assignee=nobody')).toEqual([read, fresh]);
    expect(await list(`threadId=${read}`)).toEqual([read]);
    expect(await harness.get(service, '/v1/inbox?action=true&role=NOTICE', subject)).toMatchObject({
      status: 400,
    });
  });

  test('and streams tell the state of now, also what this replica still held in memory', async () => {
    const post = 'post:TH';
    const subject = 'demo-officer-post-TH';
    const live = await harness.stream(service, '/v1/inbox/stream', { subject });
    const messageId = await delivered({ to: post });
    await live.until(() => live.deliveries().length === 1);
    expect(stateIn(live)).toEqual(['DELIVERED']);
    await give(messageId, { type: 'TAKEN_IN_CHARGE' }, subject);
    const later = await harness.stream(service, '/v1/inbox/stream', { subject });
    await later.until(() => later.deliveries().length === 1);
    expect(stateIn(later)).toEqual(['TAKEN_IN_CHARGE']);
    live.close();
    later.close();
  });
});

test('the routes stand in the OpenAPI document with their bodies', async () => {
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { requestBody?: unknown } }>;
  };
  for (const path of ['/v1/inbox/{messageId}/receipts', '/v1/inbox/receipts']) {
    expect(document.paths[path]?.post?.requestBody).toBeDefined();
  }
});

test('in the log every delivery has its receipts once each, in the order of their versions', async () => {
  const { rows } = await harness.pool.query<{ count: string }>(
    'SELECT (SELECT count(*) FROM receipt) + (SELECT count(*) FROM inbox_item) AS count',
  );
  const expected = Number(rows[0]?.count);
  const records = await harness.read('receipt.v1', expected);
  expect(records).toHaveLength(expected);
  const versions = new Map<string, number[]>();
  const receipts: Receipt[] = records.map((record) => {
    const decoded = decode('Receipt', record.value);
    if (decoded.status !== 'decoded') throw new Error(decoded.status);
    return decoded.value;
  });
  for (const each of receipts) {
    versions.set(each.deliveryId, [...(versions.get(each.deliveryId) ?? []), each.version]);
  }
  for (const [, own] of versions) expect(own).toEqual(own.map((_, index) => index + 1));
  expect(new Set(receipts.map((each) => each.receiptId)).size).toBe(expected);
  const byPhone = receipts.find((each) => each.channel === 'PHONE');
  expect(byPhone).toMatchObject({
    actor: null,
    recordedBy: 'person-officer-desk-counter-terrorism',
    position: 'permanence',
  });
  expect(receipts.find((each) => each.type === 'REJECTED')).toMatchObject({
    actor: 'person-head-desk-counter-terrorism',
    recordedBy: null,
    reason: 'invented: misrouted',
  });
});
