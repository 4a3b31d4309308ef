import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { changed, dispatched, reply } from '../src/domain/deadline.fixture.ts';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
import { deadlinesAt, give, listener } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import {
  deliver,
  followed,
  isOrder,
  type Order,
  prompt,
  refused,
  rerouteOf,
  suspend,
} from './reroute-scene.ts';

let harness: Harness;
const running: RunningService[] = [];
let number = 0;

beforeAll(async () => {
  harness = await createHarness();
});

afterEach(async () => {
  for (const service of running.splice(0)) await harness.stop(service);
  await suspend(harness);
});

afterAll(async () => {
  await harness?.close();
});

async function start(heard: ReturnType<typeof listener>, change: object = {}): Promise<RunningService> {
  const service = await harness.start(
    { INSTANCE_ID: `reroutes-${running.length}`, ...prompt, ...change },
    { wrapErrands: () => ({ INGEST: heard.runner }) },
  );
  running.push(service);
  return service;
}

function lead(to: string, more: Partial<DeliveryWishes> = {}): DeliveryWishes {
  number += 1;
  return { number, to, ...more };
}

const idOf = (wishes: DeliveryWishes) => original(wishes).messageId;
const ordersIn = (heard: ReturnType<typeof listener>): readonly Order[] => heard.told.filter(isOrder);
const orderAbout = (heard: ReturnType<typeof listener>, wishes: DeliveryWishes): Order | undefined =>
  ordersIn(heard).findLast(({ body }) => body.about.messageId === idOf(wishes));

async function ordered(heard: ReturnType<typeof listener>, wishes: DeliveryWishes): Promise<Order> {
  await eventually(`an order about ${wishes.number}`, async () => orderAbout(heard, wishes) !== undefined);
  const order = orderAbout(heard, wishes);
  if (order === undefined) throw new Error('there was one');
  return order;
}

describe('a post that is suspended', () => {
  test('has what nobody acted on ordered to others, once each; what somebody has in charge stays', async () => {
    const heard = listener();
    const service = await start(heard);
    const untouched = lead('post:CI', { lane: 'flash' });
    const read = lead('post:CI');
    const taken = lead('post:CI');
    const another = lead('post:CI');
    const known = lead('post:CI', { role: 'INFORMATION' });
    const recalled = lead('post:CI');
    const recall = lead('post:CI', { cancels: { messageId: idOf(recalled), action: 'STOP_USE' } });
    const all = [untouched, read, taken, another, known, recalled, recall];
    await deliver(harness, all.map(delivery));
    const officer = 'demo-officer-post-CI';
    expect(await give(harness, service.url, idOf(read), 'READ', officer)).toBe(201);
    expect(await give(harness, service.url, idOf(taken), 'TAKEN_IN_CHARGE', officer)).toBe(201);
    await sleep(300);
    expect(ordersIn(heard)).toEqual([]);

    await suspend(harness, 'post:CI');

    const first = await ordered(heard, untouched);
    await ordered(heard, read);
    await ordered(heard, another);
    expect(first).toMatchObject({
      kind: 'SERVICE',
      status: 'ACTUAL',
      urgency: 'FLASH',
      threadId: idOf(untouched),
      inReplyTo: idOf(untouched),
      recipients: { action: [{ correspondent: 'post:CI' }] },
      body: {
        code: 'REROUTE',
        about: { messageId: idOf(untouched), reference: `DJ-26-TEST${untouched.number}` },
      },
    });
    await sleep(500);
    expect(
      ordersIn(heard)
        .map(({ body }) => body.about.messageId)
        .toSorted(),
    ).toEqual([untouched, read, another].map(idOf).toSorted());
    expect(JSON.stringify(ordersIn(heard))).not.toContain('Invented lead');
  });

  test('owes no more what was taken over; its sender, and both holders, see by whom', async () => {
    const heard = listener();
    const service = await start(heard);
    const wishes = lead('post:SN');
    await deliver(harness, [delivery(wishes), delivery({ ...wishes, to: 'post:DJ', role: 'SENDER' })]);
    await suspend(harness, 'post:SN');
    const order = await ordered(heard, wishes);
    expect((await deadlinesAt(harness, idOf(wishes), 'post:SN'))[0]?.ended_by).toBeNull();

    await deliver(harness, followed(order, wishes, 'post:MA'));

    await eventually(
      'it is settled',
      async () => (await rerouteOf(harness, idOf(wishes), 'post:SN'))[0]?.state === 'DONE',
    );
    expect((await deadlinesAt(harness, idOf(wishes), 'post:SN')).map(({ ended_by }) => ended_by)).toEqual([
      'REROUTED',
    ]);
    expect((await deadlinesAt(harness, idOf(wishes), 'post:MA')).map(({ ended_by }) => ended_by)).toEqual([
      null,
    ]);
    const tracked = await harness.get(service, `/v1/sent/${idOf(wishes)}/tracking`, 'demo-officer-post-DJ');
    expect(tracked.body).toMatchObject({
      items: [
        {
          correspondent: 'post:SN',
          owed: [],
          rerouted: { to: ['post:MA'] },
          deadlines: [{ endedBy: 'REROUTED' }],
        },
        { correspondent: 'post:MA', owed: ['TAKEN_IN_CHARGE'], standsInFor: ['post:SN'], role: 'ACTION' },
      ],
    });

    await suspend(harness);
    const officers = ['demo-officer-post-MA', 'demo-officer-post-SN'];
    await eventually('the post is back', async () => {
      return (await give(harness, service.url, idOf(wishes), 'READ', 'demo-officer-post-SN')) < 300;
    });
    expect(await give(harness, service.url, idOf(wishes), 'TAKEN_IN_CHARGE', 'demo-officer-post-MA')).toBe(
      201,
    );
    for (const officer of officers) {
      const { body } = await harness.get(service, `/v1/inbox/${idOf(wishes)}`, officer);
      expect(body).toMatchObject({
        standIns: [
          {
            suspended: 'post:SN',
            standIn: 'post:MA',
            takenInChargeBy: [{ correspondent: 'post:MA', position: expect.any(String) }],
          },
        ],
      });
    }
    expect((await harness.get(service, `/v1/inbox/${idOf(wishes)}`, 'demo-officer-post-CI')).status).toBe(
      404,
    );
  });

  test('keeps what an answer, a closure, its date or a recall has settled meanwhile; an exercise stays one', async () => {
    const heard = listener();
    const patient = await start(heard, { REROUTE_SWEEP_MS: '60000' });
    const answered = lead('post:MA');
    const closed = lead('post:MA');
    const expired = lead('post:MA');
    const exercise = lead('post:MA');
    const drill = changed(exercise, { status: 'EXERCISE', exerciseId: 'EX-SEMAPHORE-2026' });
    const closure = changed(
      lead('desk:duty', { threadId: idOf(closed), sender: 'desk:duty', role: 'SENDER' }),
      {
        kind: 'CLOSURE',
        lead: null,
        closure: { outcome: 'NO_ACTION', feedback: null, duplicateOf: null },
      },
    );
    await deliver(harness, [
      delivery(answered),
      delivery(closed),
      changed(expired, { expiresAt: Date.UTC(2026, 0, 3) }),
      { ...drill, status: 'EXERCISE' },
      { ...closure, kind: 'CLOSURE' },
      reply(lead('post:MA', { threadId: idOf(answered) }), idOf(answered), 'FULL'),
    ]);
    await eventually('the answer is known', async () => {
      const { rows } = await harness.pool.query('SELECT FROM deadline_settlement WHERE message_id = $1', [
        idOf(answered),
      ]);
      return rows.length === 1;
    });
    await harness.stop(running.splice(running.indexOf(patient), 1)[0] ?? patient);
    await suspend(harness, 'post:MA');
    await start(heard);
    expect(await ordered(heard, exercise)).toMatchObject({
      status: 'EXERCISE',
      exerciseId: 'EX-SEMAPHORE-2026',
    });
    await eventually(
      'all are judged',
      async () => (await rerouteOf(harness, idOf(expired), 'post:MA'))[0]?.state === 'DROPPED',
    );
    const codes = await Promise.all(
      [answered, closed, expired].map(
        async (each) => (await rerouteOf(harness, idOf(each), 'post:MA'))[0]?.code,
      ),
    );
    expect(codes).toEqual(['ANSWERED', 'CLOSED', 'EXPIRED']);
    const told = ordersIn(heard).map(({ body }) => body.about.messageId);
    expect(told.filter((id) => [answered, closed, expired].map(idOf).includes(id))).toEqual([]);
  });

  test('keeps a dispatched message of which somebody has the dispatch in charge', async () => {
    const heard = listener();
    const service = await start(heard);
    const passedOn = lead('post:BJ');
    const instruction = lead('post:BJ', { threadId: idOf(passedOn), sender: 'desk:duty' });
    const other = lead('post:BJ');
    const original = delivery(passedOn);
    const dispatch = { ...dispatched(instruction, null), decisionId: original.decisionId };
    await deliver(harness, [original, dispatch, delivery(other)]);
    const officer = 'demo-officer-post-BJ';
    expect(await give(harness, service.url, dispatch.messageId, 'TAKEN_IN_CHARGE', officer)).toBe(201);
    await suspend(harness, 'post:BJ');
    await ordered(heard, other);
    expect((await rerouteOf(harness, original.messageId, 'post:BJ'))[0]?.code).toBe('ACTED_ON');
    expect(orderAbout(heard, passedOn)).toBeUndefined();
  });

  test('has what was decided before, and comes in later, taken over as well', async () => {
    const heard = listener();
    await start(heard);
    await suspend(harness, 'post:LB');
    await eventually('the suspension is known', async () => {
      const { rows } = await harness.pool.query(
        `SELECT FROM suspension WHERE correspondent = 'post:LB' AND ended_at IS NULL`,
      );
      return rows.length === 1;
    });
    const late = lead('post:LB');
    await deliver(harness, [delivery(late)]);
    await ordered(heard, late);
  });

  test('has one thread taken over step by step: what follows up waits for what it follows', async () => {
    const heard = listener();
    await start(heard);
    const opening = lead('post:JO');
    const addition = lead('post:JO', { threadId: idOf(opening), lane: 'flash' });
    const supplement = changed(addition, {
      kind: 'SUPPLEMENT',
      lead: null,
      inReplyTo: idOf(opening),
      supplement: { text: 'Invented facts', entities: [], relations: [] },
    });
    // It came in first: lanes overtake one another.
    await deliver(harness, [supplement]);
    await deliver(harness, [delivery(opening)]);
    await suspend(harness, 'post:JO');
    const order = await ordered(heard, opening);
    await sleep(800);
    expect(orderAbout(heard, addition)).toBeUndefined();
    await deliver(harness, followed(order, opening, 'desk:duty'));
    await ordered(heard, addition);
  });
});

describe('an order that the router refuses', () => {
  test('is given again under another id while the router does not know of the suspension yet', async () => {
    const heard = listener();
    await start(heard);
    const wishes = lead('post:TG');
    await deliver(harness, [delivery(wishes)]);
    await suspend(harness, 'post:TG');
    const first = await ordered(heard, wishes);
    await deliver(harness, refused(first, 'not-suspended'));
    await eventually(
      'it is ordered again',
      async () => orderAbout(heard, wishes)?.submissionId !== first.submissionId,
    );
    expect((await rerouteOf(harness, idOf(wishes), 'post:TG'))[0]).toMatchObject({
      state: 'ORDERED',
      attempt: 2,
    });
  });

  test('for good leaves everything owed as it was', async () => {
    const heard = listener();
    await start(heard);
    const wishes = lead('post:CM');
    await deliver(harness, [delivery(wishes)]);
    await suspend(harness, 'post:CM');
    const order = await ordered(heard, wishes);
    await deliver(harness, refused(order, 'no-recipient'));
    await eventually(
      'it is settled',
      async () => (await rerouteOf(harness, idOf(wishes), 'post:CM'))[0]?.state === 'REFUSED',
    );
    expect((await rerouteOf(harness, idOf(wishes), 'post:CM'))[0]?.code).toBe('no-recipient');
    expect((await deadlinesAt(harness, idOf(wishes), 'post:CM')).map(({ ended_by }) => ended_by)).toEqual([
      null,
    ]);
  });
});

describe('suspensions', () => {
  test('that are lifted before anybody looked, or before an order is given, order nothing', async () => {
    const quick = lead('post:KE');
    const heard = listener();
    const before = await start(heard, { REROUTE_SWEEP_MS: '60000' });
    await deliver(harness, [delivery(quick)]);
    await harness.stop(running.splice(running.indexOf(before), 1)[0] ?? before);
    await suspend(harness, 'post:KE');
    await suspend(harness);
    await start(heard);
    await sleep(1_000);
    expect(ordersIn(heard)).toEqual([]);
  });

  test('that come back are another: what is still untouched is ordered again, under another id', async () => {
    const heard = listener();
    const service = await start(heard);
    const left = lead('post:ET');
    const taken = lead('post:ET');
    await deliver(harness, [delivery(left), delivery(taken)]);
    await suspend(harness, 'post:ET');
    const first = await ordered(heard, left);
    const other = await ordered(heard, taken);
    await deliver(harness, [...followed(first, left, 'desk:duty'), ...followed(other, taken, 'desk:duty')]);
    await eventually('both are settled', async () => {
      const states = await Promise.all(
        [left, taken].map((each) => rerouteOf(harness, idOf(each), 'post:ET')),
      );
      return states.every(([only]) => only?.state === 'DONE');
    });
    await suspend(harness);
    await eventually('it is back', async () => {
      return (await give(harness, service.url, idOf(taken), 'TAKEN_IN_CHARGE', 'demo-officer-post-ET')) < 300;
    });
    await eventually('its suspension is over', async () => {
      const open = `SELECT FROM suspension WHERE correspondent = 'post:ET' AND ended_at IS NULL`;
      return (await harness.pool.query(open)).rowCount === 0;
    });
    await suspend(harness, 'post:ET');
    await eventually(
      'it is ordered again',
      async () => orderAbout(heard, left)?.submissionId !== first.submissionId,
    );
    await sleep(500);
    expect(orderAbout(heard, taken)?.submissionId).toBe(other.submissionId);
  });

  test('of several at once, seen by two replicas at once, give each order once', async () => {
    const heard = listener();
    await start(heard);
    await start(heard);
    const posts = ['post:GN', 'post:ML', 'post:NE'];
    const all = Array.from({ length: 60 }, (_, index) => lead(posts[index % 3] ?? 'post:GN'));
    await deliver(harness, all.map(delivery));
    await suspend(harness, ...posts);
    await eventually(
      'all are ordered',
      async () => new Set(ordersIn(heard).map(({ submissionId }) => submissionId)).size === 60,
    );
    await sleep(500);
    expect(ordersIn(heard)).toHaveLength(60);
    const { rows } = await harness.pool.query(
      `SELECT correspondent, count(*)::integer AS count FROM suspension WHERE ended_at IS NULL GROUP BY correspondent`,
    );
    expect(rows.map(({ count }) => count)).toEqual([1, 1, 1]);
  });
});
