import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { claimDue } from '../src/adapters/postgres-sweep-deadlines.ts';
import { changed, reply, request } from '../src/domain/deadline.fixture.ts';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
import { alwaysOnDuty, deadlinesAt, give, impatient, jump, listener, untilOwed } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
const running: RunningService[] = [];
let number = 0;

beforeAll(async () => {
  harness = await createHarness();
  await harness.publishDirectory(alwaysOnDuty);
});

afterEach(async () => {
  for (const service of running.splice(0)) await harness.stop(service);
});

afterAll(async () => {
  await harness?.close();
});

async function start(heard: ReturnType<typeof listener>, change: object = impatient, nowMs?: () => number) {
  const service = await harness.start(
    { INSTANCE_ID: `deadlines-${running.length}`, ...change },
    { wrapErrands: () => ({ INGEST: heard.runner }), ...(nowMs === undefined ? {} : { nowMs }) },
  );
  running.push(service);
  return service;
}

function flash(more: Partial<DeliveryWishes> = {}): DeliveryWishes {
  number += 1;
  return { number, to: 'post:CI', lane: 'flash', ...more };
}

const idOf = (wishes: DeliveryWishes) => original(wishes).messageId;

describe('a flash that no person acknowledges', () => {
  test('is escalated to whoever is on duty, once per step; its sender and its holder see that it is late', async () => {
    const heard = listener();
    const service = await start(heard);
    const wishes = flash();
    await harness.deliver([delivery(wishes), delivery({ ...wishes, to: 'post:DJ', role: 'SENDER' })]);
    const id = idOf(wishes);
    await eventually('three escalations', async () => heard.about(id).length === 3);
    expect(heard.about(id)).toMatchObject([
      {
        kind: 'SERVICE',
        status: 'ACTUAL',
        urgency: 'FLASH',
        recipients: {
          action: [
            { correspondent: 'desk:duty', attention: { positions: ['permanent de nuit'], exclusive: false } },
          ],
        },
        body: { code: 'NOTICE', about: { messageId: id, reference: `DJ-26-TEST${wishes.number}` } },
      },
      {
        recipients: { action: [{ attention: { positions: ['permanent de nuit', 'permanent de renfort'] } }] },
      },
      {
        recipients: {
          action: [
            { attention: { positions: ['permanent de nuit', 'permanent de renfort', 'chef de bureau'] } },
          ],
        },
      },
    ]);
    expect(JSON.stringify(heard.about(id))).not.toContain('Invented lead');
    expect(new Set(heard.attempts.map((each) => each.submissionId)).size).toBe(heard.attempts.length);

    const tracked = await harness.get(service, `/v1/sent/${id}/tracking`, 'demo-officer-post-DJ');
    const escalation = { step: 'ESCALATION', at: expect.any(String) };
    expect(tracked.body).toMatchObject({
      items: [
        {
          correspondent: 'post:CI',
          deadlines: [
            { kind: 'ACKNOWLEDGE', late: true, events: [escalation, escalation, escalation] },
            { kind: 'TAKE_IN_CHARGE', late: false, events: [] },
          ],
        },
      ],
    });
    expect(JSON.stringify(tracked.body)).not.toContain('desk:duty');
    const item = await harness.get(service, `/v1/inbox/${id}`);
    expect(item.body).toMatchObject({ late: true, dueAt: expect.any(String) });
  });

  test('is escalated no further once it is acknowledged, and not at all if it was in time', async () => {
    const heard = listener();
    const service = await start(heard, { ...impatient, FLASH_ACKNOWLEDGE_WITHIN_MS: '3000' });
    const late = flash();
    const inTime = flash();
    await harness.deliver([delivery(late), delivery(inTime)]);
    await untilOwed(harness, idOf(inTime), 'post:CI');
    expect(await give(harness, service.url, idOf(inTime), 'READ', 'demo-officer-post-CI')).toBe(201);
    await eventually('the first escalation', async () => heard.about(idOf(late)).length === 1);
    expect(await give(harness, service.url, idOf(late), 'READ', 'demo-officer-post-CI')).toBe(201);
    await sleep(4_000);
    expect(heard.about(idOf(late))).toHaveLength(1);
    expect(heard.about(idOf(inTime))).toHaveLength(0);
    expect(await deadlinesAt(harness, idOf(inTime), 'post:CI')).toMatchObject([
      { kind: 'ACKNOWLEDGE', ended_by: 'READ' },
      { kind: 'TAKE_IN_CHARGE', ended_by: null },
    ]);
  });

  test('of an exercise is told as of that exercise, along its own rota', async () => {
    const heard = listener();
    await start(heard);
    const wishes = flash();
    const exercise = changed(wishes, { status: 'EXERCISE', exerciseId: 'EX-SEMAPHORE-2026' });
    await harness.deliver([{ ...exercise, status: 'EXERCISE' }]);
    await eventually('an escalation', async () => heard.about(idOf(wishes)).length > 0);
    expect(heard.about(idOf(wishes))[0]).toMatchObject({
      status: 'EXERCISE',
      exerciseId: 'EX-SEMAPHORE-2026',
      recipients: { action: [{ attention: { positions: ["animateur d'exercice"] } }] },
    });
  });
});

test('two replicas fire each step once, and a directory of many deadlines is worked off in batches', async () => {
  const heard = listener();
  const settings = { ...impatient, DEADLINE_SWEEP_BATCH: '7', FLASH_ACKNOWLEDGE_WITHIN_MS: '2000' };
  await start(heard, settings);
  await start(heard, settings);
  const wishes = Array.from({ length: 60 }, () => flash());
  await harness.deliver(wishes.map((each) => delivery(each)));
  const ids = new Set(wishes.map(idOf));
  await eventually(
    'three escalations of each',
    async () => heard.told.filter((each) => ids.has(each.body.about.messageId)).length >= 180,
    30_000,
  );
  await sleep(500);
  const attempts = heard.attempts.filter((each) => ids.has(each.body.about.messageId));
  expect(attempts).toHaveLength(180);
  expect(new Set(attempts.map((each) => each.submissionId)).size).toBe(180);
}, 90_000);

describe('clocks', () => {
  test('of a process that is wrong do not matter: what runs from receipt runs by the database', async () => {
    const heard = listener();
    await start(heard, impatient, () => Date.now() + 5 * 3_600_000);
    const wishes = flash();
    await harness.deliver([delivery(wishes)]);
    await eventually('an escalation', async () => heard.about(idOf(wishes)).length > 0);
  });

  test('that jump forward give one reminder and then one escalation; that jump back give nothing again', async () => {
    const heard = listener();
    await start(heard, { DEADLINE_SWEEP_MS: '100' });
    const wishes = flash({ lane: 'urgent' });
    const id = idOf(wishes);
    await harness.deliver([delivery(wishes)]);
    await untilOwed(harness, id, 'post:CI');
    await jump(harness, id, '7 hours 30 minutes');
    await eventually('a reminder', async () => heard.about(id).length === 1);
    await jump(harness, id, '900 hours');
    await eventually('an escalation', async () => heard.about(id).length === 2);
    await jump(harness, id, '-1000 hours');
    await sleep(700);
    expect(heard.about(id).map((each) => [each.body.code, each.recipients.action[0]?.correspondent])).toEqual(
      [
        ['REMINDER', 'post:CI'],
        ['NOTICE', 'desk:duty'],
      ],
    );
  });
});

describe('what fulfils', () => {
  const replyBy = Date.now() + 48 * 3_600_000;

  test('an information request: its reply, also when that is here first; an extension moves it', async () => {
    await start(listener());
    const [answered, early, extended] = [flash(), flash(), flash()].map((each) => ({
      ...each,
      lane: 'routine' as const,
    }));
    if (answered === undefined || early === undefined || extended === undefined) throw new Error('three');
    const ask = (wishes: DeliveryWishes) => request(wishes, { replyBy, channel: null });
    const respond = (wishes: DeliveryWishes, ...rest: [Parameters<typeof reply>[2], number?]) =>
      reply(flash({ threadId: idOf(wishes), lane: 'routine' }), idOf(wishes), ...rest);
    await harness.deliver([respond(early, 'FULL')]);
    await eventually('the reply is settled', async () => {
      const { rows } = await harness.pool.query('SELECT FROM deadline_settlement WHERE message_id = $1', [
        idOf(early),
      ]);
      return rows.length === 1;
    });
    await harness.deliver([answered, early, extended].map(ask));
    await untilOwed(harness, idOf(answered), 'post:CI', ['REPLY', 'TAKE_IN_CHARGE']);
    const newReplyBy = replyBy + 24 * 3_600_000;
    await harness.deliver([respond(answered, 'PARTIAL'), respond(extended, 'EXTENSION', newReplyBy)]);
    await eventually('the answered one is fulfilled', async () => {
      const found = await deadlinesAt(harness, idOf(answered), 'post:CI');
      return found.every((each) => each.ended_by === 'REPLIED');
    });
    expect((await deadlinesAt(harness, idOf(early), 'post:CI')).map((each) => each.ended_by)).toEqual([
      'REPLIED',
      'REPLIED',
    ]);
    await eventually('the extended one has moved', async () => {
      const [moved] = await deadlinesAt(harness, idOf(extended), 'post:CI');
      return moved?.kind === 'REPLY' && moved.ended_by === null && moved.due_at.getTime() === newReplyBy;
    });
  });

  test('a recalled message: the recall, except for COMPLIED, which only COMPLIED ends', async () => {
    const service = await start(listener(), {});
    const lead = flash();
    const recall = flash({
      threadId: idOf(lead),
      cancels: { messageId: idOf(lead), action: 'DELETE' },
    });
    await harness.deliver([delivery(lead), delivery(recall)]);
    await untilOwed(harness, idOf(recall), 'post:CI', ['ACKNOWLEDGE', 'COMPLY']);
    const recalled = await deadlinesAt(harness, idOf(lead), 'post:CI');
    expect(recalled.filter((each) => each.ended_by !== 'CANCELLED')).toEqual([]);
    expect(await give(harness, service.url, idOf(recall), 'READ', 'demo-officer-post-CI')).toBe(201);
    await untilOwed(harness, idOf(recall), 'post:CI', ['COMPLY']);
    expect(await give(harness, service.url, idOf(recall), 'COMPLIED', 'demo-officer-post-CI')).toBe(201);
    expect((await deadlinesAt(harness, idOf(recall), 'post:CI')).map((each) => each.ended_by)).toEqual([
      'READ',
      'COMPLIED',
    ]);
  });
});

test('an ingest that is away delays and loses nothing; what it refuses for good is recorded and not repeated', async () => {
  const answers = [
    { status: 'again', code: 'unanswered' },
    { status: 'again', code: 'urn:chappe:problem:unavailable' },
  ] as const;
  let asked = 0;
  const away = listener(() => answers[asked++] ?? { status: 'done' });
  await start(away);
  const wishes = flash();
  await harness.deliver([delivery(wishes)]);
  await eventually('it was told at last', async () => away.about(idOf(wishes)).length > 0, 30_000);
  expect(asked).toBeGreaterThan(2);

  for (const service of running.splice(0)) await harness.stop(service);
  const refusing = listener(() => ({ status: 'failed', code: 'urn:chappe:problem:invalid-request' }));
  await start(refusing);
  const refused = flash();
  await harness.deliver([delivery(refused)]);
  await eventually('the refusal is recorded', async () => {
    const { rows } = await harness.pool.query(
      `SELECT FROM deadline_errand WHERE failed_at IS NOT NULL AND last_code = 'urn:chappe:problem:invalid-request'
         AND payload->'body'->'about'->>'messageId' = $1`,
      [idOf(refused)],
    );
    return rows.length > 0;
  });
  const ids = refusing.attempts.map((each) => each.submissionId);
  expect(new Set(ids).size).toBe(ids.length);
}, 60_000);

test('the duty desk that takes an escalation in charge ends it; the holder still owes', async () => {
  const heard = listener();
  const service = await start(heard, { ...impatient, FLASH_ACKNOWLEDGE_WITHIN_MS: '5000' });
  const wishes = flash();
  await harness.deliver([delivery(wishes)]);
  await eventually('the first escalation', async () => heard.about(idOf(wishes)).length === 1);
  const { rows } = await harness.pool.query<{ message_id: string }>(
    'SELECT e.message_id FROM deadline_event AS e JOIN deadline AS d USING (deadline_id) WHERE d.message_id = $1',
    [idOf(wishes)],
  );
  const escalation = delivery(flash({ to: 'desk:duty', sender: 'service:system' }));
  const messageId = rows[0]?.message_id ?? '';
  // What ingest and router would make of the escalation.
  await harness.deliver([
    {
      ...escalation,
      messageId,
      kind: 'SERVICE',
      message:
        escalation.message === null
          ? null
          : {
              ...escalation.message,
              messageId,
              kind: 'SERVICE',
              lead: null,
              service: { code: 'NOTICE', about: null, text: null },
            },
    },
  ]);
  await eventually('the desk has it', async () => {
    const status = await give(harness, service.url, messageId, 'TAKEN_IN_CHARGE', 'demo-officer-desk-duty');
    return status === 201;
  });
  await sleep(6_000);
  expect(heard.about(idOf(wishes))).toHaveLength(1);
  expect((await deadlinesAt(harness, idOf(wishes), 'post:CI')).map((each) => each.ended_by)).toEqual([
    null,
    null,
  ]);
}, 60_000);

test('a sweep reads the head of one index', async () => {
  await start(listener());
  await eventually('the schema is there', async () => {
    const { rows } = await harness.pool.query("SELECT to_regclass('deadline') AS found");
    return rows[0]?.found !== null;
  });
  await harness.pool.query(
    `INSERT INTO deadline (deadline_id, kind, correspondent, message_id, status, card, started_at, due_at, remind_at,
       escalate_at, next_at)
     SELECT gen_random_uuid(), 'TAKE_IN_CHARGE', 'post:SN', gen_random_uuid(), 'ACTUAL', '{}', now(), now() + interval '9 days',
       '{}', ARRAY[now() + interval '9 days'], now() + interval '9 days' FROM generate_series(1, 20000)`,
  );
  await harness.pool.query('ANALYZE deadline');
  const { rows } = await harness.pool.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN ${claimDue.replace('$1', '100')}`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan using deadline_next');
  // As a mere filter it would read the whole index whenever nothing is due.
  expect(plan).toContain('Index Cond: (next_at <=');
});
