import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DeliveryWishes, delivery } from '../src/domain/delivery.fixture.ts';
import { deadlinesAt, listener, untilOwed } from './deadline-scene.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let service: RunningService;
let heard: ReturnType<typeof listener>;
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
});

beforeEach(async () => {
  heard = listener();
  const overrides = { wrapErrands: () => ({ INGEST: heard.runner }) };
  service = await harness.start({ DEADLINE_SWEEP_MS: '100' }, overrides);
});

afterEach(async () => {
  await harness.stop(service);
});

afterAll(async () => {
  await harness?.close();
});

const officer = 'demo-officer-desk-duty';
const night = 'position:permanent-de-nuit';

async function delivered(more: Partial<DeliveryWishes> = {}): Promise<string> {
  published += 1;
  const sent = delivery({ number: published, to: 'desk:duty', ...more });
  await harness.deliver([sent]);
  await untilOwed(harness, sent.messageId, 'desk:duty');
  return sent.messageId;
}

async function give(messageId: string, body: object, subject = officer) {
  const response = await fetch(`${service.url}/v1/inbox/${messageId}/receipts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await harness.token(subject)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const toNight = { type: 'TRANSFERRED', transferredTo: night };

async function idsOf(assignee: string, subject: string): Promise<readonly string[]> {
  const { body } = await harness.get(service, `/v1/inbox?assignee=${assignee}`, subject);
  return (body as { items: readonly { messageId: string }[] }).items.map((each) => each.messageId);
}

describe('a hand-over to a function', () => {
  test('tells its holders, once, and is theirs to take: one of them has it then', async () => {
    const messageId = await delivered();
    expect(await give(messageId, { type: 'TAKEN_IN_CHARGE' })).toMatchObject({ status: 201 });
    expect(await give(messageId, toNight)).toMatchObject({
      status: 201,
      body: { receiptState: 'TRANSFERRED', assignee: night },
    });
    expect(await give(messageId, toNight)).toMatchObject({ status: 200 });
    await eventually('the holders are told', async () => heard.about(messageId).length > 0);
    expect(heard.about(messageId)).toMatchObject([
      {
        recipients: {
          action: [
            { correspondent: 'desk:duty', attention: { positions: ['permanent de nuit'], exclusive: false } },
          ],
        },
        body: { code: 'NOTICE', about: { messageId, reference: `DJ-26-TEST${published}` } },
      },
    ]);
    expect(JSON.stringify(heard.told)).not.toContain('Invented lead');
    expect(await idsOf(night, 'demo-night-1-desk-duty')).toEqual([messageId]);
    expect(await idsOf('me', 'demo-night-1-desk-duty')).toEqual([]);

    expect(await give(messageId, { type: 'TAKEN_IN_CHARGE' }, 'demo-day-1-desk-duty')).toMatchObject({
      status: 409,
      body: { type: 'urn:chappe:problem:receipt-assigned' },
    });
    const [one, other] = await Promise.all(
      [1, 2].map((each) => give(messageId, { type: 'TAKEN_IN_CHARGE' }, `demo-night-${each}-desk-duty`)),
    );
    expect([one?.status, other?.status].sort()).toEqual([201, 409]);
    expect(await idsOf(night, officer)).toEqual([]);
    expect(heard.about(messageId)).toHaveLength(1);
  });

  test('leaves taking in charge owing, as one back to all does; one to another correspondent ends it', async () => {
    for (const [transferredTo, ended] of [
      [night, null],
      ['desk:cyber', 'TRANSFERRED'],
    ] as const) {
      const messageId = await delivered();
      expect(await give(messageId, { type: 'TRANSFERRED', transferredTo })).toMatchObject({ status: 201 });
      expect((await deadlinesAt(harness, messageId, 'desk:duty')).map((each) => each.ended_by)).toEqual([
        ended,
      ]);
    }
    const back = await delivered();
    await give(back, toNight);
    expect(
      await give(back, { type: 'TRANSFERRED', transferredTo: 'desk:duty' }, 'demo-night-1-desk-duty'),
    ).toMatchObject({ status: 201 });
    expect((await deadlinesAt(harness, back, 'desk:duty')).map((each) => each.ended_by)).toEqual([null]);
  });

  test('that nobody holds here is refused, one of another correspondent likewise', async () => {
    const messageId = await delivered();
    for (const name of ['position:astronaute', 'position:attache', 'position:rien']) {
      expect(await give(messageId, { type: 'TRANSFERRED', transferredTo: name })).toMatchObject({
        status: 400,
        body: { type: 'urn:chappe:problem:invalid-value', errors: [{ pointer: '/transferredTo' }] },
      });
    }
    expect(heard.about(messageId)).toEqual([]);
  });
});

test('where nothing can be told, a hand-over is given all the same and leaves nothing to be told for ever', async () => {
  await harness.stop(service);
  service = await harness.start({ DEADLINE_SWEEP_MS: '100' });
  const messageId = await delivered();
  expect(await give(messageId, toNight)).toMatchObject({ status: 201 });
  const { rows } = await harness.pool.query(
    "SELECT FROM deadline_errand WHERE payload->'body'->'about'->>'messageId' = $1",
    [messageId],
  );
  expect(rows).toEqual([]);
});
