import type { Delivery } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changed, dispatched } from '../src/domain/deadline.fixture.ts';
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

interface Recipient {
  readonly correspondent: string;
  readonly role: string;
  readonly state: string;
  readonly owed: readonly string[];
  readonly recall?: { readonly messageId: string; readonly state: string; readonly owed: readonly string[] };
}

interface Tracking {
  readonly items: readonly Recipient[];
  readonly others?: { readonly count: number; readonly owing: number };
  readonly disclosures?: readonly {
    readonly correspondent: string;
    readonly messageId: string;
    readonly state: string;
    readonly owed: readonly string[];
  }[];
}

async function deliver(wishes: readonly DeliveryWishes[]): Promise<void> {
  await store(wishes.map((each) => delivery(each)));
}

async function store(deliveries: readonly Delivery[]): Promise<void> {
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

async function track(messageId: string, subject: string): Promise<Tracking> {
  const { status, body } = await harness.get(service, `/v1/sent/${messageId}/tracking`, subject);
  expect(status).toBe(200);
  return body as Tracking;
}

async function give(messageId: string, type: string, subject: string): Promise<number> {
  const response = await fetch(`${service.url}/v1/inbox/${messageId}/receipts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await harness.token(subject)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ type }),
  });
  await response.body?.cancel();
  return response.status;
}

const originator = 'demo-officer-post-DJ';

describe('a recall of what a desk had dispatched', () => {
  const lead = original({ number: 1 }).messageId;
  const recall = { number: 2, threadId: lead, cancels: { messageId: lead, action: 'STOP_USE' as const } };
  const cancellation = original(recall).messageId;

  test('owes COMPLIED by every holder; the originator sees by name only those whom it served itself', async () => {
    await deliver([
      { number: 1, to: 'post:DJ', role: 'SENDER' },
      { number: 1, to: 'desk:cyber' },
      { number: 1, to: 'desk:duty', role: 'INFORMATION' },
      { number: 1, to: 'post:LB', decision: 'the dispatch of desk:cyber' },
      { number: 1, to: 'post:CO', decision: 'the dispatch of desk:cyber' },
    ]);
    expect(await give(lead, 'TAKEN_IN_CHARGE', 'demo-officer-desk-cyber')).toBe(201);
    const before = await track(lead, originator);
    expect(before.items.map(({ correspondent, state, owed }) => [correspondent, state, owed])).toEqual([
      ['desk:cyber', 'TAKEN_IN_CHARGE', []],
      ['desk:duty', 'DELIVERED', []],
    ]);

    // What the originator adds goes to every holder too, and must not tell it who they are.
    const addition = { number: 3, threadId: lead };
    await deliver([
      { ...addition, to: 'post:DJ', role: 'SENDER' },
      { ...addition, to: 'desk:cyber' },
      { ...addition, to: 'post:LB' },
    ]);
    const added = await track(original(addition).messageId, originator);
    expect(added.items.map(({ correspondent }) => correspondent)).toEqual(['desk:cyber']);
    expect(added.others).toEqual({ count: 1, owing: 0 });

    await deliver([
      { ...recall, to: 'post:DJ', role: 'SENDER' },
      { ...recall, to: 'desk:cyber' },
      { ...recall, to: 'desk:duty', role: 'INFORMATION' },
      { ...recall, to: 'post:LB' },
    ]);
    const recalled = await track(cancellation, originator);
    expect(recalled.items.map(({ correspondent, owed }) => [correspondent, owed])).toEqual([
      ['desk:cyber', ['COMPLIED']],
      ['desk:duty', ['COMPLIED']],
    ]);
    expect(recalled.others).toEqual({ count: 1, owing: 1 });

    expect(await give(cancellation, 'COMPLIED', 'demo-officer-post-LB')).toBe(201);
    expect(await give(cancellation, 'COMPLIED', 'demo-officer-desk-cyber')).toBe(201);
    const after = await track(cancellation, originator);
    expect(after.others).toEqual({ count: 1, owing: 0 });
    expect(after.items.map(({ correspondent, owed }) => [correspondent, owed])).toEqual([
      ['desk:cyber', []],
      ['desk:duty', ['COMPLIED']],
    ]);
    expect(JSON.stringify([before, added, recalled, after])).not.toMatch(/post:(LB|CO)|person-/);
  });

  test('is shown beside each recipient of the original, which itself owes nothing any more', async () => {
    const { items } = await track(lead, originator);
    expect(
      items.map(({ correspondent, owed, recall: at }) => [correspondent, owed, at?.messageId, at?.owed]),
    ).toEqual([
      ['desk:cyber', [], cancellation, []],
      ['desk:duty', [], cancellation, ['COMPLIED']],
    ]);
  });

  test('is the sender’s alone to track; others, and who never was in it, get the same 404', async () => {
    const absent = original({ number: 999 }).messageId;
    const answers = await Promise.all(
      [
        [cancellation, 'demo-officer-desk-cyber'],
        [cancellation, 'demo-officer-post-LB'],
        [cancellation, 'demo-officer-post-CI'],
        [absent, originator],
      ].map(([id, subject]) => harness.get(service, `/v1/sent/${id}/tracking`, subject)),
    );
    const told = answers.map(({ status, body }) => ({ status, ...(body as object), traceId: '' }));
    expect(told[0]).toMatchObject({ status: 404, type: 'urn:chappe:problem:not-found' });
    for (const each of told) expect(each).toEqual(told[0]);
  });
});

test('a bare notice of a recall owes as much as the recall itself, from whom its sender does not know too', async () => {
  const lead = original({ number: 10 }).messageId;
  const recall = { number: 11, threadId: lead, cancels: { messageId: lead, action: 'DELETE' as const } };
  await deliver([
    { number: 10, to: 'post:DJ', role: 'SENDER' },
    { number: 10, to: 'desk:duty' },
    { ...recall, to: 'post:DJ', role: 'SENDER' },
    { ...recall, to: 'post:SN', role: 'NOTICE', noticeCode: 'cancelled' },
  ]);
  const shown = await track(original(recall).messageId, originator);
  expect(shown).toMatchObject({ items: [], others: { count: 1, owing: 1 } });
  expect(await give(original(recall).messageId, 'COMPLIED', 'demo-officer-post-SN')).toBe(201);
  expect(await track(original(recall).messageId, originator)).toMatchObject({
    others: { count: 1, owing: 0 },
  });
});

describe('what was told to local bodies about a dispatch', () => {
  const desk = 'demo-officer-desk-cyber';
  const lead = original({ number: 20 }).messageId;
  const inThread = (number: number, more: Partial<DeliveryWishes> & { to: string }): DeliveryWishes => ({
    ...{ number, threadId: lead, sender: 'desk:cyber' },
    ...more,
  });
  const passOn = (number: number, more: Partial<DeliveryWishes> & { to: string }): Delivery => {
    const plain = dispatched(inThread(number, more), null);
    const body = plain.message?.dispatch ?? null;
    if (plain.message === null || body === null) throw new Error('a dispatch has a body');
    const originalOf = { messageId: lead, reference: null, requestDigest: null };
    return { ...plain, message: { ...plain.message, dispatch: { ...body, original: originalOf } } };
  };
  const disclose = (
    number: number,
    wishes: { readonly sender: string; readonly to: string; readonly role?: 'ACTION' | 'SENDER' },
    { told, answers }: { readonly told: string; readonly answers: string },
  ): Delivery =>
    changed(inThread(number, wishes), {
      kind: 'DISCLOSURE',
      lead: null,
      inReplyTo: answers,
      disclosure: {
        original: { messageId: told, reference: null, requestDigest: null },
        recipientBody: 'An invented body',
        recipientCountry: null,
        form: 'ORAL',
        disclosedAt: Date.UTC(2026, 0, 2),
        content: 'Invented',
        legalBasis: 'UNKNOWN',
        justification: 'Invented',
        authorisedBy: 'invented',
      },
    });

  test('is listed to who dispatched, as far as it was told, and owes its recall once there is one', async () => {
    const dispatch = passOn(21, { to: 'desk:cyber', role: 'SENDER' });
    const byAnswer = disclose(
      22,
      { sender: 'post:LB', to: 'desk:cyber' },
      { told: lead, answers: dispatch.messageId },
    );
    const byOriginal = disclose(23, { sender: 'post:LB', to: 'desk:cyber' }, { told: lead, answers: lead });
    const byOther = disclose(24, { sender: 'post:SN', to: 'desk:cyber' }, { told: lead, answers: lead });
    const untold = disclose(
      25,
      { sender: 'post:LB', to: 'post:DJ' },
      { told: lead, answers: dispatch.messageId },
    );
    await store([
      delivery({ number: 20, to: 'desk:cyber' }),
      dispatch,
      passOn(21, { to: 'post:LB' }),
      byAnswer,
      byOriginal,
      byOther,
      untold,
    ]);
    const recorded = { correspondent: 'post:LB', state: 'RECORDED', receipts: [], owed: [] };
    const { disclosures } = await track(dispatch.messageId, desk);
    expect([...(disclosures ?? [])].sort((a, b) => (a.messageId < b.messageId ? -1 : 1))).toEqual(
      [byAnswer, byOriginal]
        .map(({ messageId }) => ({ ...recorded, messageId }))
        .sort((a, b) => (a.messageId < b.messageId ? -1 : 1)),
    );

    // What the router orders when the lead is cancelled: a notice for each disclosure, under its own id.
    const notice = delivery({
      number: 26,
      threadId: lead,
      to: 'post:LB',
      role: 'NOTICE',
      noticeCode: 'cancelled',
    });
    const { messageId } = byAnswer;
    const about = { code: 'cancelled', messageId, detailCodes: [] };
    await store([{ ...notice, messageId, kind: 'CANCELLATION', notice: about }]);
    const after = await track(dispatch.messageId, desk);
    expect(after.disclosures?.find((each) => each.messageId === messageId)).toMatchObject({
      state: 'DELIVERED',
      owed: ['COMPLIED'],
    });
    expect(await give(messageId, 'COMPLIED', 'demo-officer-post-LB')).toBe(201);
    const complied = await track(dispatch.messageId, desk);
    expect(complied.disclosures?.find((each) => each.messageId === messageId)).toMatchObject({
      state: 'COMPLIED',
      owed: [],
    });
  });
});
