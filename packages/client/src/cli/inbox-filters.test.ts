import { afterEach, expect, it } from 'vitest';
import { answer, item, stream } from '../../test/scripted-server.ts';
import { headId, mailbox, ScriptedSession } from './follow-ups.fixture.ts';

const session = new ScriptedSession();
afterEach(() => session.stop());

it('narrows and orders the list as people say it', async () => {
  const line = [
    ...['inbox', '--unread', '--action', '--unassigned', '--order', 'urgent', '--lane', 'flash'],
    ...[
      '--kind',
      'information-request',
      '--from',
      'post:DJ',
      '--country',
      'dj',
      '--crime-area',
      'computer-crime',
    ],
    ...['--thread', headId, '--due', '2030-01-01T12:00Z', '--cursor', 'sealed', '--limit', '5'],
  ];
  const { code, out } = await session.type(line, [answer(200, { items: [item(7)], next: 'further' })]);
  expect(code).toBe(0);
  expect(Object.fromEntries(session.requests[0]?.query ?? [])).toEqual({
    unread: 'true',
    action: 'true',
    assignee: 'nobody',
    order: 'urgency',
    lane: 'flash',
    kind: 'INFORMATION_REQUEST',
    sender: 'post:DJ',
    country: 'DJ',
    crimeArea: 'COMPUTER_CRIME',
    threadId: headId,
    dueBefore: '2030-01-01T12:00:00.000Z',
    cursor: 'sealed',
    limit: '5',
  });
  expect(out).toContain('more with --cursor further');
  const plain = await session.type(['inbox'], [answer(200, { items: [item(7)], next: 'further' })]);
  expect(plain.out).toContain('more with --after 7');
});

it('counts instead of listing, lane by lane', async () => {
  const lanes = [
    { lane: 'flash', total: 2, unread: 1 },
    { lane: 'routine', total: 40, unread: 30 },
  ];
  const counts = { total: 42, unread: 31, lanes, countedNewest: 10_000 };
  const { code, out } = await session.type(['inbox', '--counts', '--mine'], [answer(200, counts)]);
  expect(code).toBe(0);
  expect(session.requests[0]).toMatchObject({ path: '/v1/inbox/counts' });
  expect(session.requests[0]?.query.get('assignee')).toBe('me');
  expect(out.split('\n').slice(1)).toEqual([
    'flash    1       2',
    'routine  30      40',
    'all      31      42',
    'of the newest 10000; there are more',
    '',
  ]);
});

it('follows only what was asked for, and says what cannot be followed', async () => {
  const follow = ['inbox', '--follow', '--kind', 'reply', '--limit', '1', '--json'];
  const { code } = await session.type(follow, () =>
    stream([`event: delivery\nid: a.1\ndata: ${JSON.stringify(item(1))}`], 'silence'),
  );
  expect(code).toBe(0);
  expect(session.requests[0]?.query.get('kind')).toBe('REPLY');
  const refused = await session.type(['inbox', '--follow', '--unread'], []);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('narrow the list') });
  const both = await session.type(['inbox', '--mine', '--unassigned'], []);
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('exclude each other') });
});

it('takes any message of a thread for it, by its reference', async () => {
  const named = await session.type(['inbox', '--thread', 'ct-26-7z2b9km-h'], mailbox());
  expect(named.code).toBe(0);
  const asked = session.requests.at(-1);
  expect([asked?.path, asked?.query.get('threadId')]).toEqual(['/v1/inbox', headId]);
  const mistyped = await session.type(['inbox', '--thread', 'CT-26-7Z2B9KM-J'], mailbox());
  expect(mistyped).toMatchObject({ code: 2, err: expect.stringContaining('check symbol') });
  const nowhere = await session.type(['inbox', '--thread', 'CI-26-3QH7T2A-C', '--lang', 'fr'], () =>
    answer(200, { items: [] }),
  );
  expect(nowhere).toMatchObject({
    code: 6,
    err: expect.stringContaining('Aucun message envoyé ou reçu ne porte CI-26-3QH7T2A-C'),
  });
});
