import { type AuditEntry, decode } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { delivery, original, submissionIdOf } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let service: RunningService;

beforeAll(async () => {
  harness = await createHarness();
  service = await harness.start();
});

afterAll(async () => {
  await harness?.close();
});

const get = (path: string, subject?: string) => harness.get(service, path, subject);
const problem = (status: number, code: string) => ({
  status,
  body: expect.objectContaining({ status, type: `urn:chappe:problem:${code}` }),
});

async function delivered(correspondent: string, messageId: string): Promise<void> {
  await eventually('it is stored', async () => {
    const { rows } = await harness.pool.query(
      `SELECT 1 FROM inbox_item WHERE correspondent = $1 AND message_id = $2
       UNION ALL SELECT 1 FROM sent_item WHERE correspondent = $1 AND message_id = $2`,
      [correspondent, messageId],
    );
    return rows.length > 0;
  });
}

describe('an inbox', () => {
  test('is listed by number, in pages, filtered, in both orders; what may not be read is skipped', async () => {
    const to = 'post:CI';
    const all = [
      delivery({ number: 1, to, lane: 'flash' }),
      delivery({ number: 2, to, lane: 'flash', role: 'INFORMATION' }),
      delivery({ number: 3, to, lane: 'flash', role: 'NOTICE', noticeCode: 'correction-withheld' }),
      delivery({ number: 4, to, lane: 'flash', classification: 'RESTRICTED' }),
      delivery({ number: 5, to, lane: 'flash' }),
    ];
    await harness.deliver(all);
    await delivered(to, all.at(-1)?.messageId ?? '');
    const items = (await get('/v1/inbox')).body as {
      items: { number: number; messageId: string }[];
      next?: string;
    };
    expect(items.items.map((item) => [item.number, item.messageId])).toEqual(
      all.map((each, index) => [index + 1, each.messageId]),
    );
    expect(items.next).toBeUndefined();
    expect(items.items[0]).toMatchObject({
      role: 'ACTION',
      lane: 'flash',
      kind: 'LEAD',
      status: 'ACTUAL',
      sender: 'post:DJ',
      decisionId: all[0]?.decisionId,
      message: { kind: 'LEAD', body: { text: 'Invented lead 1' } },
    });
    expect(items.items[2]).toMatchObject({ role: 'NOTICE', notice: { code: 'correction-withheld' } });
    expect(JSON.stringify(items)).not.toContain(submissionIdOf(1));

    const numbersOf = async (path: string) => {
      const { body } = await get(path);
      return (body as { items: { number: number }[] }).items.map((item) => item.number);
    };
    expect(await numbersOf('/v1/inbox?limit=2')).toEqual([1, 2]);
    expect(await numbersOf('/v1/inbox?limit=2&after=2')).toEqual([3, 4]);
    expect(await numbersOf('/v1/inbox?limit=2&after=4')).toEqual([5]);
    expect(await numbersOf('/v1/inbox?order=descending&limit=2')).toEqual([5, 4]);
    expect(await numbersOf('/v1/inbox?order=descending&limit=3&after=4')).toEqual([3, 2, 1]);
    expect(await numbersOf('/v1/inbox?role=NOTICE')).toEqual([3]);
    expect(await numbersOf('/v1/inbox?lane=routine')).toEqual([]);
    expect(await get('/v1/inbox?limit=501')).toEqual(problem(400, 'invalid-value'));
    expect(await get('/v1/inbox?colour=red')).toEqual(problem(400, 'unknown-field'));
  });

  test('is shown by the rights of now: who lost a clearance sees a skipped number, in lists, by id and live', async () => {
    const subject = 'demo-releaser-post-CI';
    const secretive = delivery({ number: 10, to: 'post:CI', classification: 'RESTRICTED' });
    await harness.deliver([secretive]);
    await delivered('post:CI', secretive.messageId);
    expect(await get(`/v1/inbox/${secretive.messageId}`, subject)).toMatchObject({ status: 200 });
    await harness.publishDirectory((entries) => ({
      ...entries,
      grants: entries.grants.map((grant) =>
        grant.holder === 'person-releaser-post-CI' ? { ...grant, clearance: 'NOT_PROTECTED' } : grant,
      ),
    }));
    await eventually('the clearance is gone', async () => {
      return (await get(`/v1/inbox/${secretive.messageId}`, subject)).status === 404;
    });
    expect(await get(`/v1/inbox/${secretive.messageId}`, subject)).toEqual(problem(404, 'not-found'));
    expect(await get(`/v1/threads/${secretive.threadId}`, subject)).toEqual(problem(404, 'not-found'));
    const { body } = await get('/v1/inbox', subject);
    const numbers = (body as { items: { number: number }[] }).items.map((item) => item.number);
    expect(numbers).toEqual([1, 2, 3, 5]);
    const stream = await harness.stream(service, '/v1/inbox/stream', { subject });
    await stream.until(() => stream.deliveries().length === 4);
    expect(stream.deliveries()).toEqual([1, 2, 3, 5]);
    stream.close();
    expect(await get(`/v1/inbox/${secretive.messageId}`)).toMatchObject({ status: 200 });
  });

  test('of another correspondent does not exist: neither its list nor any id of it', async () => {
    const foreign = delivery({ number: 20, to: 'post:LB' });
    await harness.deliver([foreign]);
    await delivered('post:LB', foreign.messageId);
    const mine = await get(`/v1/inbox/${foreign.messageId}`, 'demo-officer-post-LB');
    expect(mine).toMatchObject({ status: 200, body: { messageId: foreign.messageId, number: 1 } });
    const { messageId: absent } = original({ number: 999 });
    for (const path of ['/v1/inbox/', '/v1/sent/', '/v1/threads/']) {
      const there = await get(`${path}${foreign.messageId}`);
      expect(there).toEqual(problem(404, 'not-found'));
      const withoutTrace = (body: unknown) => ({ ...(body as object), traceId: '' });
      expect(withoutTrace((await get(`${path}${absent}`)).body)).toEqual(withoutTrace(there.body));
      expect(withoutTrace((await get(`${path}not-an-id`)).body)).toEqual(withoutTrace(there.body));
    }
    expect(await get('/v1/inbox', 'demo-auditor')).toMatchObject({ status: 403 });
    const acting = await fetch(`${service.url}/v1/inbox`, {
      headers: {
        authorization: `Bearer ${await harness.token('demo-officer-post-CI')}`,
        'chappe-acting-as': 'post:LB',
      },
    });
    expect(acting.status).toBe(403);
  });
});

describe('a sent message', () => {
  const status = (number: number, submission = number) =>
    `/v1/sent/${original({ number }).messageId}?submissionId=${submissionIdOf(submission)}`;

  test('is pending for its sender, and nothing for anybody else, until it is decided', async () => {
    expect(await get(status(40), 'demo-officer-post-DJ')).toEqual({
      status: 200,
      body: {
        messageId: original({ number: 40 }).messageId,
        submissionId: submissionIdOf(40),
        state: 'PENDING',
      },
    });
    expect(await get(status(40))).toEqual(problem(404, 'not-found'));
    expect(await get(status(40, 41), 'demo-officer-post-DJ')).toEqual(problem(404, 'not-found'));
    expect(await get(status(40).split('?')[0] ?? '', 'demo-officer-post-DJ')).toEqual(
      problem(404, 'not-found'),
    );
  });

  test('accepted, shows its submission id and who got it by its own decision, to its sender alone', async () => {
    const copies = [
      delivery({ number: 42, to: 'post:DJ', role: 'SENDER' }),
      delivery({ number: 42, to: 'post:CI' }),
      delivery({ number: 42, to: 'desk:duty', role: 'INFORMATION' }),
      delivery({ number: 42, to: 'post:CO', role: 'INFORMATION', decision: 'a dispatch' }),
    ];
    await harness.deliver(copies);
    await Promise.all(copies.map((copy) => delivered(copy.correspondent, copy.messageId)));
    const { messageId } = original({ number: 42 });
    expect(await get(status(42), 'demo-officer-post-DJ')).toMatchObject({
      status: 200,
      body: { messageId, state: 'ACCEPTED', submissionId: submissionIdOf(42), reference: 'DJ-26-TEST42' },
    });
    const untouched = {
      ...{ deliveredAt: expect.any(String), state: 'DELIVERED', version: 1, receipts: [] },
      deadlines: expect.any(Array),
    };
    expect(await get(`/v1/sent/${messageId}/tracking`, 'demo-releaser-post-DJ')).toEqual({
      status: 200,
      body: {
        messageId,
        state: 'ACCEPTED',
        items: [
          { ...untouched, correspondent: 'desk:duty', role: 'INFORMATION', owed: [] },
          { ...untouched, correspondent: 'post:CI', role: 'ACTION', owed: ['TAKEN_IN_CHARGE'] },
        ],
      },
    });
    for (const path of [status(42), `/v1/sent/${messageId}`, `/v1/sent/${messageId}/tracking`]) {
      expect(await get(path)).toEqual(problem(404, 'not-found'));
    }
    const list = await get('/v1/sent', 'demo-officer-post-DJ');
    expect(list).toMatchObject({
      status: 200,
      body: { items: [{ messageId, state: 'ACCEPTED' }] },
    });
    const inbox = (await get('/v1/inbox', 'demo-officer-post-DJ')).body;
    expect(inbox).toEqual({ items: [] });
  });

  test('refused, says why, in the list and as a numbered notice', async () => {
    const refusal = delivery({
      number: 43,
      to: 'post:DJ',
      role: 'NOTICE',
      noticeCode: 'reference-unavailable',
    });
    const conflict = delivery({
      number: 42,
      to: 'post:DJ',
      role: 'NOTICE',
      noticeCode: 'CONFLICT',
      copy: 'another',
    });
    await harness.deliver([refusal, conflict]);
    await delivered('post:DJ', refusal.messageId);
    expect(await get(status(43), 'demo-officer-post-DJ')).toMatchObject({
      status: 200,
      body: { state: 'REFUSED', refusalCode: 'reference-unavailable' },
    });
    await eventually('both notices are there', async () => {
      const { body } = await get('/v1/inbox', 'demo-officer-post-DJ');
      const codes = (body as { items: { notice: { code: string } }[] }).items.map((item) => item.notice.code);
      return codes.sort().join() === 'CONFLICT,reference-unavailable';
    });
    // A differing copy of an accepted message changes nothing about it.
    expect(await get(status(42), 'demo-officer-post-DJ')).toMatchObject({ body: { state: 'ACCEPTED' } });
  });
});

test('a thread holds what its reader received and sent in it, and nothing of others', async () => {
  const threadId = original({ number: 60 }).messageId;
  const copies = [
    delivery({ number: 60, to: 'post:DJ', role: 'SENDER' }),
    delivery({ number: 60, to: 'post:TH' }),
    delivery({ number: 61, sender: 'post:TH', to: 'post:DJ', threadId }),
    delivery({ number: 61, sender: 'post:TH', to: 'post:TH', threadId, role: 'SENDER' }),
    delivery({ number: 62, to: 'post:TH' }),
  ];
  await harness.deliver(copies);
  await Promise.all(copies.map((copy) => delivered(copy.correspondent, copy.messageId)));
  const entries = async (subject: string) => {
    const { body } = await get(`/v1/threads/${threadId}`, subject);
    return (body as { items: { direction: string; messageId: string; submissionId?: string }[] }).items
      .map((item) => `${item.direction} ${item.messageId} ${item.submissionId ?? '-'}`)
      .sort();
  };
  const [first, second] = [original({ number: 60 }), original({ number: 61, sender: 'post:TH' })];
  expect(await entries('demo-officer-post-DJ')).toEqual([
    `received ${second.messageId} -`,
    `sent ${first.messageId} ${first.submissionId}`,
  ]);
  expect(await entries('demo-officer-post-TH')).toEqual([
    `received ${first.messageId} -`,
    `sent ${second.messageId} ${second.submissionId}`,
  ]);
  expect(await get(`/v1/threads/${threadId}`)).toEqual(problem(404, 'not-found'));
});

describe('a recall', () => {
  test.each([
    ['after what it recalls', true],
    ['before what it recalls', false],
  ])('that comes %s withdraws its content and keeps its number', async (_when, after) => {
    const to = 'post:SN';
    const seed = after ? 70 : 80;
    const target = delivery({ number: seed, to, lane: 'routine' });
    const recall = delivery({
      number: seed + 1,
      to,
      lane: 'flash',
      cancels: { messageId: target.messageId, action: 'DELETE' },
    });
    for (const each of after ? [target, recall] : [recall, target]) {
      await harness.deliver([each]);
      await delivered(to, each.messageId);
    }
    const { status, body } = await get(`/v1/inbox/${target.messageId}`, 'demo-officer-post-SN');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      messageId: target.messageId,
      withdrawn: true,
      recalledBy: recall.messageId,
    });
    expect(body).not.toHaveProperty('message');
    const { rows } = await harness.pool.query(
      'SELECT content IS NULL AS gone FROM inbox_item WHERE message_id = $1 AND correspondent = $2',
      [target.messageId, to],
    );
    expect(rows).toEqual([{ gone: true }]);
    await harness.deliver([target]);
    const marker = delivery({ number: seed + 2, to, lane: 'routine' });
    await harness.deliver([marker]);
    await delivered(to, marker.messageId);
    expect((await get(`/v1/inbox/${target.messageId}`, 'demo-officer-post-SN')).body).toMatchObject({
      withdrawn: true,
    });
  });

  test('to stop use marks the message and leaves it readable', async () => {
    const to = 'post:SN';
    const target = delivery({ number: 90, to });
    const recall = delivery({ number: 91, to, cancels: { messageId: target.messageId, action: 'STOP_USE' } });
    await harness.deliver([target, recall]);
    await delivered(to, recall.messageId);
    const { body } = await get(`/v1/inbox/${target.messageId}`, 'demo-officer-post-SN');
    expect(body).toMatchObject({
      recalledBy: recall.messageId,
      message: { body: { text: 'Invented lead 90' } },
    });
    expect(body).not.toHaveProperty('withdrawn');
  });
});

test('every opening leaves one audit entry, durable before the answer, and a refusal leaves none', async () => {
  await harness.pool.query('SELECT 1');
  const subject = 'demo-officer-post-MA';
  const item = delivery({ number: 100, to: 'post:MA' });
  await harness.deliver([item]);
  await delivered('post:MA', item.messageId);
  await get('/v1/inbox?limit=10', subject);
  await get(`/v1/inbox/${item.messageId}`, subject);
  await get(`/v1/inbox/${original({ number: 999 }).messageId}`, subject);
  await get(`/v1/threads/${item.threadId}`, subject);
  const stream = await harness.stream(service, '/v1/inbox/stream', { subject });
  await stream.until(() => stream.deliveries().length === 1);
  stream.close();

  const records = await harness.read('audit.v1', 4);
  const entries = records
    .map((record): AuditEntry => {
      const decoded = decode('AuditEntry', record.value);
      if (decoded.status !== 'decoded') throw new Error(decoded.status);
      return decoded.value;
    })
    .filter((entry) => entry.correspondent === 'post:MA')
    .sort((a, b) => a.at - b.at);
  expect(entries.map((entry) => [entry.action, entry.outcome, entry.resultCount])).toEqual([
    ['inbox.list', 'ANSWERED', 1],
    ['inbox.read', 'ANSWERED', 1],
    ['thread.read', 'ANSWERED', 1],
    ['inbox.stream', 'ANSWERED', null],
  ]);
  expect(entries[0]).toMatchObject({
    service: 'mailbox',
    subjectKind: 'PERSON',
    subject: 'person-officer-post-MA',
    roles: ['officer'],
    resourceIds: [item.messageId],
    directoryRelease: 2,
  });
  expect(entries[0]?.queryDigest).toMatch(/^[0-9a-f]{64}$/);
});
