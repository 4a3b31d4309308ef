import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
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

interface Page {
  readonly items: readonly { readonly number: number; readonly messageId: string; readonly lane: string }[];
  readonly next?: string;
}

async function get(path: string, subject = 'demo-officer-post-CI') {
  const response = await fetch(service.url + path, {
    headers: { authorization: `Bearer ${await harness.token(subject)}` },
  });
  return { status: response.status, body: await response.json(), link: response.headers.get('link') };
}

async function numbers(query: string, subject?: string): Promise<number[]> {
  const { status, body } = await get(`/v1/inbox?${query}`, subject);
  expect(status).toBe(200);
  return (body as Page).items.map((item) => item.number);
}

/** Follows `Link` to the end, as a generic client does. */
async function walk(path: string, subject?: string): Promise<Page['items'][]> {
  const pages: Page['items'][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body, link } = await get(next, subject);
    expect(status).toBe(200);
    pages.push((body as Page).items);
    next = link === null ? undefined : /^<([^>]+)>; rel="next"$/.exec(link)?.[1];
    expect((body as Page).next).toBe(
      next === undefined ? undefined : new URL(next, 'http://x').searchParams.get('cursor'),
    );
  }
  return pages;
}

async function deliver(wishes: readonly DeliveryWishes[]): Promise<void> {
  const deliveries = wishes.map((each) => delivery(each));
  await harness.deliver(deliveries);
  await eventually('all are stored', async () => {
    const { rows } = await harness.pool.query<{ count: string }>(
      `SELECT (SELECT count(*) FROM inbox_item WHERE delivery_id = ANY ($1::uuid[]))
            + (SELECT count(*) FROM sent_item WHERE decision_id = ANY ($2::uuid[])) AS count`,
      [deliveries.map((each) => each.deliveryId), deliveries.map((each) => each.decisionId)],
    );
    return Number(rows[0]?.count) === deliveries.length;
  });
}

const invalidCursor = (body: unknown) => {
  const { traceId, instance, ...rest } = body as Record<string, unknown>;
  return rest;
};

describe('a list', () => {
  const to = 'post:CI';
  beforeAll(async () => {
    for (let number = 1; number <= 9; number += 1) {
      const lane = (['routine', 'urgent', 'flash'] as const)[number % 3] ?? 'routine';
      await deliver([{ number, to, lane }]);
    }
  });

  test('is walked from page to page by Link, each item once, in every order', async () => {
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const walked = async (order: string, limit: number) =>
      (await walk(`/v1/inbox?order=${order}&limit=${limit}`)).map((page) => page.map((item) => item.number));
    expect(await walked('ascending', 4)).toEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9]]);
    expect(await walked('ascending', 3)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect((await walked('descending', 2)).flat()).toEqual(all.toReversed());
    for (const limit of [1, 2, 4, 500]) {
      expect((await walked('urgency', limit)).flat()).toEqual([2, 5, 8, 1, 4, 7, 3, 6, 9]);
    }
    expect(
      (await walk('/v1/inbox?order=urgency&lane=urgent&limit=2')).flat().map((item) => item.number),
    ).toEqual([1, 4, 7]);
  });

  test('can start at a number, which is no cursor', async () => {
    expect(await numbers('after=7')).toEqual([8, 9]);
    expect(await numbers('after=3&order=descending')).toEqual([2, 1]);
    const { body } = await get('/v1/inbox?limit=2');
    const { next } = body as Page;
    for (const query of [`after=2&cursor=${next}`, 'after=2&order=urgency']) {
      expect(await get(`/v1/inbox?${query}`)).toMatchObject({
        status: 400,
        body: { title: expect.any(String) },
      });
    }
  });

  test('gives cursors that serve its reader and query alone; all others are one and the same refusal', async () => {
    const { body } = await get('/v1/inbox?limit=2');
    const cursor = (body as Page).next ?? '';
    expect(await numbers(`limit=5&cursor=${cursor}`)).toEqual([3, 4, 5, 6, 7]);
    const altered = `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`;
    const answers = await Promise.all([
      get(`/v1/inbox?limit=2&order=descending&cursor=${cursor}`),
      get(`/v1/inbox?limit=2&lane=flash&cursor=${cursor}`),
      get(`/v1/inbox?limit=2&cursor=${altered}`),
      get('/v1/inbox?limit=2&cursor=4'),
      get('/v1/inbox?limit=2&cursor='),
      get(`/v1/inbox?limit=2&cursor=${Buffer.alloc(60, 1).toString('base64url')}`),
      get(`/v1/inbox?limit=2&cursor=${cursor}`, 'demo-releaser-post-CI'),
      get(`/v1/inbox?limit=2&cursor=${cursor}`, 'demo-officer-post-LB'),
    ]);
    expect(answers[0]).toMatchObject({ status: 400, body: { type: 'urn:chappe:problem:invalid-cursor' } });
    for (const each of answers) expect(invalidCursor(each.body)).toEqual(invalidCursor(answers[0]?.body));
    const sent = await get(`/v1/sent?cursor=${cursor}`);
    expect(invalidCursor(sent.body)).toEqual(invalidCursor(answers[0]?.body));
  });

  test('of a raised epoch takes no cursor of an older one', async () => {
    const { body } = await get('/v1/inbox?limit=2');
    const cursor = (body as Page).next;
    await harness.pool.query('UPDATE mailbox_epoch SET epoch = epoch + 1');
    expect(await get(`/v1/inbox?limit=2&cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { type: 'urn:chappe:problem:invalid-cursor' },
    });
    await harness.pool.query('UPDATE mailbox_epoch SET epoch = epoch - 1');
    expect(await numbers(`limit=2&cursor=${cursor}`)).toEqual([3, 4]);
  });
});

test('what was sent is walked alike', async () => {
  const to = 'post:KE';
  const subject = 'demo-officer-post-KE';
  await deliver([101, 102, 103].map((number) => ({ number, sender: to, to, role: 'SENDER' as const })));
  const pages = await walk('/v1/sent?limit=2', subject);
  const ids = [101, 102, 103].map((number) => original({ number, sender: to }).messageId);
  expect(pages.map((page) => page.length)).toEqual([2, 1]);
  expect(
    pages
      .flat()
      .map((item) => item.messageId)
      .sort(),
  ).toEqual(ids.sort());
  const { body } = await get('/v1/sent?limit=1', subject);
  const foreign = await get(`/v1/sent?limit=1&cursor=${(body as Page).next}`, 'demo-officer-post-CI');
  expect(foreign).toMatchObject({ status: 400, body: { type: 'urn:chappe:problem:invalid-cursor' } });
});

describe('a narrowed list', () => {
  const to = 'post:SN';
  const subject = 'demo-officer-post-SN';
  beforeAll(async () => {
    await deliver([{ number: 201, to, lane: 'flash', countries: ['DJ', 'KM'], crimeAreas: ['CORRUPTION'] }]);
    await deliver([{ number: 202, to, lane: 'flash', countries: ['KM'], sender: 'post:LB' }]);
    await deliver([{ number: 203, to, role: 'INFORMATION', countries: ['DJ'], crimeAreas: [] }]);
    await deliver([{ number: 204, to, role: 'NOTICE', noticeCode: 'correction-withheld' }]);
  });

  test.each([
    ['country=KM', [1, 2]],
    ['country=DJ', [1, 3]],
    ['country=FR', []],
    ['crimeArea=CORRUPTION', [1]],
    ['crimeArea=TERRORISM', [2]],
    ['sender=post:LB', [2]],
    ['sender=post:DJ&country=DJ', [1, 3]],
    ['kind=LEAD&role=INFORMATION', [3]],
    ['action=true&country=KM&order=descending', [2, 1]],
    ['role=NOTICE', [4]],
    ['lane=flash&country=DJ&order=urgency', [1]],
    ['unread=true&country=DJ', [1, 3]],
    ['position=r%C3%A9dacteur', []],
  ])('by %s has %j', async (query, expected) => {
    expect(await numbers(query, subject)).toEqual(expected);
  });

  test('follows what becomes of its items', async () => {
    const { messageId } = original({ number: 201 });
    const response = await fetch(`${service.url}/v1/inbox/${messageId}/receipts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await harness.token(subject)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ type: 'TAKEN_IN_CHARGE' }),
    });
    const { takenInChargeBy } = (await response.json()) as { takenInChargeBy: { position: string } };
    expect(await numbers(`position=${encodeURIComponent(takenInChargeBy.position)}`, subject)).toEqual([1]);
    expect(await numbers('position=nobody', subject)).toEqual([]);
    expect(await numbers('assignee=nobody&action=true', subject)).toEqual([2]);
    expect(await numbers('unread=true&country=DJ', subject)).toEqual([3]);
    const inAnHour = new Date(Date.now() + 365 * 86_400_000).toISOString();
    expect(await numbers(`dueBefore=${inAnHour}&country=KM`, subject)).toEqual([2]);
    expect(await numbers('dueBefore=2020-01-01T00:00:00Z', subject)).toEqual([]);
  });

  test('shows nothing by what was withdrawn', async () => {
    const recall = delivery({
      number: 210,
      to,
      cancels: { messageId: original({ number: 202, sender: 'post:LB' }).messageId, action: 'DELETE' },
      sender: 'post:LB',
    });
    await harness.deliver([recall]);
    await eventually(
      'the recall is there',
      async () => (await numbers('kind=CANCELLATION', subject)).length === 1,
    );
    expect(await numbers('country=KM', subject)).toEqual([1]);
    const { rows } = await harness.pool.query(
      `SELECT facet FROM inbox_facet WHERE correspondent = $1 AND number = 2 AND facet LIKE 'country:%'`,
      [to],
    );
    expect(rows).toEqual([]);
  });

  test('refuses what it cannot understand', async () => {
    for (const query of ['country=dj', 'crimeArea=x', 'dueBefore=soon', 'order=sideways', 'position=']) {
      expect(await get(`/v1/inbox?${query}`, subject)).toMatchObject({ status: 400 });
    }
  });
});

describe('a stream', () => {
  test('is narrowed like a list, replayed and live, and resumes past what it left out', async () => {
    const to = 'post:MA';
    const subject = 'demo-officer-post-MA';
    await deliver([
      { number: 301, to, countries: ['DJ'] },
      { number: 302, to, countries: ['KM'] },
      { number: 303, to, countries: ['DJ', 'KM'] },
    ]);
    const stream = await harness.stream(service, '/v1/inbox/stream?country=KM', { subject });
    await stream.until(() => stream.deliveries().length === 2);
    await deliver([{ number: 304, to, countries: ['KM'] }]);
    await deliver([{ number: 305, to, countries: ['DJ'] }]);
    await stream.until(() => stream.deliveries().length === 3);
    expect(stream.deliveries()).toEqual([2, 3, 4]);
    stream.close();
    await deliver([{ number: 306, to, countries: ['KM'] }]);
    const resumed = await harness.stream(service, '/v1/inbox/stream?country=KM', {
      subject,
      lastEventId: stream.lastEventId(),
    });
    await resumed.until(() => resumed.deliveries().length === 1);
    expect(resumed.deliveries()).toEqual([6]);
    resumed.close();
    expect((await harness.stream(service, '/v1/inbox/stream?unread=true', { subject })).status).toBe(400);
  });
});

describe('counts', () => {
  test('count by lane what a list would show, and nothing that its reader may not see', async () => {
    const to = 'post:TH';
    const subject = 'demo-officer-post-TH';
    await deliver([
      { number: 401, to, lane: 'flash' },
      { number: 402, to, lane: 'routine', countries: ['DJ'] },
      { number: 403, to, lane: 'routine', classification: 'RESTRICTED', countries: ['DJ'] },
    ]);
    const counts = async (query = '') => (await get(`/v1/inbox/counts${query}`, subject)).body;
    expect(await counts()).toEqual({
      total: 3,
      unread: 3,
      lanes: [
        { lane: 'flash', total: 1, unread: 1 },
        { lane: 'routine', total: 2, unread: 2 },
      ],
    });
    expect(await counts('?country=DJ&unread=true')).toMatchObject({ total: 2 });
    expect(await counts('?unread=false')).toEqual({ total: 0, unread: 0, lanes: [] });
    await harness.publishDirectory((entries) => ({
      ...entries,
      grants: entries.grants.map((grant) =>
        grant.holder === 'person-officer-post-TH' ? { ...grant, clearance: 'NOT_PROTECTED' } : grant,
      ),
    }));
    await eventually('the clearance is gone', async () => {
      return ((await counts()) as { total: number }).total === 2;
    });
    expect(await counts('?country=DJ')).toMatchObject({
      total: 1,
      lanes: [{ lane: 'routine', total: 1, unread: 1 }],
    });
    expect(await get('/v1/inbox/counts', 'demo-auditor')).toMatchObject({ status: 403 });
  });
});
