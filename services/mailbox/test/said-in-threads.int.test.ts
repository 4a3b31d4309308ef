import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, migrate, type Pool, readOffset } from '@chappe/postgres';
import type { Delivery } from '@chappe/schemas';
import { type TestDatabase, testDatabase } from '@chappe/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApplySlice, createApplySlice } from '../src/adapters/postgres-apply-slice.ts';
import { createNoteSaid, notingWhatIsSaid } from '../src/adapters/postgres-note-said.ts';
import { createThreadReview, type ReviewThreads } from '../src/adapters/postgres-review-threads.ts';
import { createDeadlineSweep } from '../src/adapters/postgres-sweep-deadlines.ts';
import {
  closure,
  correction,
  demonstrationSnapshot,
  dispatched,
  reply,
  request,
  someTerms,
} from '../src/domain/deadline.fixture.ts';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
import { owedBySlice } from '../src/domain/owed-by-slice.ts';
import { planSlice } from '../src/domain/plan-slice.ts';

const emptyEverything = `TRUNCATE inbox_item, receipt, sent_item, inbox_counter, recall, outbox, stored_offset, inbox_facet,
  deadline, deadline_settlement, deadline_event, deadline_errand, thread_review, correction`;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const dayMs = 86_400_000;
const directory = demonstrationSnapshot();
let database: TestDatabase;
let pool: Pool;
let apply: ApplySlice;
let review: ReviewThreads;

beforeAll(async () => {
  database = await testDatabase('mailbox');
  pool = createPool({ url: database.url, applicationName: 'said-test', max: 8, log: silent });
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), log: silent });
  apply = notingWhatIsSaid(createApplySlice(pool), createNoteSaid(pool), () => undefined);
  review = createThreadReview(pool, { batch: 100 });
});

beforeEach(async () => {
  await pool.query(emptyEverything);
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** Applies deliveries one by one, each as a slice of its own; what was put into inboxes. */
async function arrive(deliveries: readonly Delivery[]) {
  const offset = { group: 'mailbox.test', topic: 'delivery.test.v1', partition: 0 };
  let first = await readOffset(pool, { ...offset, logStart: 0n });
  const items = [];
  for (const each of deliveries) {
    const nowMs = Date.now();
    const grounds = { channels: directory.channels, terms: someTerms, receivedAtMs: nowMs };
    const move = { first, after: first + 1n };
    first += 1n;
    const slice = { offset, move, plan: planSlice([each]), atMs: nowMs, ...owedBySlice([each], grounds) };
    items.push(...(await apply(slice)));
  }
  return items;
}

/** Looks at every thread as if the time for it had come. */
async function lookNow(): Promise<readonly string[]> {
  await pool.query('UPDATE thread_review SET next_look_at = clock_timestamp()');
  return (await review(directory.channels)).threadIds;
}

interface Open {
  readonly kind: string;
  readonly message_id: string;
  readonly due_at: Date;
}

async function owedAt(correspondent: string): Promise<readonly Open[]> {
  const { rows } = await pool.query<Open>(
    'SELECT kind, message_id, due_at FROM deadline WHERE correspondent = $1 AND ended_at IS NULL ORDER BY kind, message_id',
    [correspondent],
  );
  return rows;
}

async function endsAt(messageId: string): Promise<readonly (string | null)[]> {
  const { rows } = await pool.query<{ ended_by: string | null }>(
    'SELECT ended_by FROM deadline WHERE message_id = $1 ORDER BY kind',
    [messageId],
  );
  return rows.map((row) => row.ended_by);
}

const decided = (given: Delivery, minute: number): Delivery => ({
  ...given,
  decidedAt: Date.UTC(2026, 0, 2, 3, minute),
});
const asked = original({ number: 1 }).messageId;
const follow = (number: number, more: Partial<DeliveryWishes> = {}): DeliveryWishes => ({
  ...{ number, to: 'post:CI', threadId: asked },
  ...more,
});
// To the millisecond of a second, as the store has them.
const askedFor = Math.floor(Date.now() / 1_000) * 1_000 + 10 * dayMs;
const theRequest = decided(request({ number: 1, to: 'post:CI' }, { replyBy: askedFor, channel: null }), 1);
const theCorrection = decided(correction(follow(2), asked, { replyBy: askedFor + dayMs }), 2);
const theExtension = decided(reply(follow(3), asked, 'EXTENSION', askedFor + 2 * dayMs), 3);
const theSecond = decided(
  correction(follow(4), theCorrection.messageId, { replyBy: askedFor + 3 * dayMs }),
  4,
);
const theReply = decided(reply(follow(5), theCorrection.messageId, 'FULL'), 5);
const theClosure = decided(closure(follow(6, { to: 'desk:cyber', role: 'SENDER' })), 6);
const theRecall = decided(delivery(follow(7, { cancels: { messageId: asked, action: 'DELETE' } })), 7);
const everything = [theRequest, theCorrection, theExtension, theSecond, theReply, theClosure, theRecall];

/** What has to be owed in the end, by kind and message; a reply also by its date. */
function owedAfter(given: readonly Delivery[]): readonly string[] {
  const recalled = given.includes(theRecall);
  const owed: string[] = recalled ? [`COMPLY ${theRecall.messageId}`] : [];
  if (given.includes(theClosure)) return owed;
  const answeredBoth = given.includes(theReply) && given.includes(theCorrection);
  if (given.includes(theRequest) && !answeredBoth && !recalled) {
    const linked = given.includes(theCorrection);
    let dueAtMs = askedFor;
    if (linked) dueAtMs = askedFor + dayMs;
    if (given.includes(theExtension)) dueAtMs = askedFor + 2 * dayMs;
    if (linked && given.includes(theSecond)) dueAtMs = askedFor + 3 * dayMs;
    owed.push(`REPLY ${asked} ${new Date(dueAtMs).toISOString()}`, `TAKE_IN_CHARGE ${asked}`);
  }
  for (const each of [theCorrection, theSecond]) {
    // Of a correction whose own original never came nobody knows that the recall covers it.
    const covered = recalled && (each === theCorrection || given.includes(theCorrection));
    // The reply answers the first correction, and with it the second one that corrects it.
    if (given.includes(each) && !given.includes(theReply) && !covered)
      owed.push(`TAKE_IN_CHARGE ${each.messageId}`);
  }
  return owed.sort();
}

const tell = ({ kind, message_id, due_at }: Open): string =>
  kind === 'REPLY' ? `${kind} ${message_id} ${due_at.toISOString()}` : `${kind} ${message_id}`;

describe('request, corrections, extension, reply, closure and cancellation', () => {
  test('end in the same owed state in whatever order they arrive, and however many of them', async () => {
    const orders = fc.shuffledSubarray(everything, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async (order, lookBetween) => {
        await pool.query(emptyEverything);
        for (const each of order) {
          await arrive([each]);
          if (lookBetween) await lookNow();
        }
        await lookNow();
        expect((await owedAt('post:CI')).map(tell).sort()).toEqual(owedAfter(order));
        expect(await lookNow()).toEqual([]);
      }),
      { numRuns: 120 },
    );
  }, 120_000);

  test('of a request: all orders of what most often overtakes it', async () => {
    for (const order of permutationsOf([theRequest, theCorrection, theExtension, theClosure])) {
      await pool.query(emptyEverything);
      await arrive(order);
      await lookNow();
      expect(await owedAt('post:CI')).toEqual([]);
    }
    for (const order of permutationsOf([theRequest, theCorrection, theExtension, theSecond])) {
      await pool.query(emptyEverything);
      await arrive(order);
      await lookNow();
      expect((await owedAt('post:CI')).map(tell).sort()).toEqual(owedAfter(order));
    }
  });
});

function permutationsOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first, index) =>
    permutationsOf(items.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}

describe('a closure', () => {
  test('ends what is owed at whoever is in the thread; not a recall, a review, another thread or what comes later', async () => {
    const instruction = decided(dispatched(follow(11, { to: 'post:LB' }), askedFor), 2);
    const recall = decided(
      delivery(follow(12, { to: 'post:SN', cancels: { messageId: asked, action: 'STOP_USE' } })),
      3,
    );
    const emergency = decided(delivery(follow(13, { to: 'post:DJ', role: 'SENDER' })), 3);
    const unreviewed = {
      ...emergency,
      message: { ...emergency.message, releaseMode: 'EMERGENCY' },
    } as Delivery;
    const elsewhere = decided(
      request({ number: 14, to: 'post:CI' }, { replyBy: askedFor, channel: null }),
      1,
    );
    const later = decided(request(follow(15), { replyBy: askedFor, channel: null }), 30);
    await arrive([theRequest, instruction, recall, unreviewed, elsewhere, later, theClosure]);
    expect(await lookNow()).toEqual([asked]);
    expect((await owedAt('post:LB')).map((each) => each.kind)).toEqual([]);
    expect(await endsAt(instruction.messageId)).toEqual(['CLOSED', 'CLOSED']);
    expect(await endsAt(asked)).toEqual(['CLOSED', 'CLOSED']);
    expect((await owedAt('post:SN')).map((each) => each.kind)).toEqual(['COMPLY']);
    expect((await owedAt('post:DJ')).map((each) => each.kind)).toEqual(['REVIEW']);
    expect(new Set((await owedAt('post:CI')).map((each) => each.message_id))).toEqual(
      new Set([elsewhere.messageId, later.messageId]),
    );
  });

  test('of before an upgrade, which nobody noted, ends what is still owed', async () => {
    await createApplySlice(pool)({
      offset: { group: 'old', topic: 'old', partition: 0 },
      move: null,
      plan: planSlice([theClosure]),
      atMs: Date.now(),
    });
    await arrive([theRequest]);
    expect(await lookNow()).toEqual([]);
    // As the migration does.
    await pool.query(
      "INSERT INTO thread_review (thread_id) SELECT thread_id FROM sent_item WHERE kind = 'CLOSURE'",
    );
    expect(await lookNow()).toEqual([asked]);
  });
});

describe('the sweep', () => {
  const sweep = () =>
    createDeadlineSweep(pool, { serviceCorrespondent: 'service:system', channels: ['INGEST'], batch: 10 })(
      directory,
    );
  const makeDue = () => pool.query("UPDATE deadline SET next_at = clock_timestamp() - interval '1 second'");

  test('tells nobody of what was said to have ended, although no look has found it yet', async () => {
    await arrive([theClosure]);
    await lookNow();
    await arrive([theRequest]);
    await makeDue();
    const swept = await sweep();
    expect(swept).toMatchObject({ claimed: 2, fired: [], threadIds: [asked] });
    expect(await endsAt(asked)).toEqual(['CLOSED', 'CLOSED']);
  });

  test('reminds by the new date; what happened about the old one stays recorded, and is not repeated if it comes back', async () => {
    await arrive([theRequest]);
    const [row] = await owedAt('post:CI');
    await pool.query(
      `UPDATE deadline SET remind_at = ARRAY[clock_timestamp() - interval '1 second'] WHERE kind = 'REPLY'`,
    );
    await pool.query(`UPDATE deadline SET next_at = clock_timestamp() WHERE kind = 'REPLY'`);
    expect((await sweep()).fired).toEqual([{ kind: 'REPLY', step: 'REMINDER' }]);
    await arrive([theCorrection]);
    await lookNow();
    const back = decided(correction(follow(20), theCorrection.messageId, { replyBy: askedFor }), 9);
    const { rows } = await pool.query(
      "SELECT reminded, escalated, array_length(remind_at, 1) AS planned, next_at IS NOT NULL AS goes_on FROM deadline WHERE kind = 'REPLY'",
    );
    expect(rows).toEqual([{ reminded: 0, escalated: 0, planned: 2, goes_on: true }]);
    await arrive([back]);
    await lookNow();
    const again = await pool.query("SELECT reminded, due_at FROM deadline WHERE kind = 'REPLY'");
    expect(again.rows).toEqual([{ reminded: 1, due_at: new Date(askedFor) }]);
    const events = await pool.query('SELECT step, due_at FROM deadline_event');
    expect(events.rows).toEqual([{ step: 'REMINDER', due_at: new Date(askedFor) }]);
    expect(row?.kind).toBe('REPLY');
  });
});

test('a look never waits for whoever works on a deadline, and comes back', async () => {
  await arrive([theRequest, theClosure]);
  const busy = await pool.connect();
  try {
    await busy.query("BEGIN; SELECT FROM deadline WHERE kind = 'REPLY' FOR UPDATE");
    expect(await lookNow()).toEqual([asked]);
    expect((await owedAt('post:CI')).map((each) => each.kind)).toEqual(['REPLY']);
    const { rows } = await pool.query(
      "SELECT looks, next_look_at < clock_timestamp() + interval '2 seconds' AS soon FROM thread_review",
    );
    expect(rows).toEqual([{ looks: 0, soon: true }]);
  } finally {
    await busy.query('ROLLBACK');
    busy.release();
  }
  expect(await lookNow()).toEqual([asked]);
  expect(await owedAt('post:CI')).toEqual([]);
});

describe('a recall with deletion', () => {
  const first = decided(correction(follow(31), asked, {}), 2);
  const second = decided(correction(follow(32), first.messageId, {}), 3);
  const chain = [theRequest, first, second];

  test('withdraws the message, its corrections and theirs, in whatever order they arrive', async () => {
    for (const order of permutationsOf([...chain, theRecall])) {
      await pool.query(emptyEverything);
      const items = await arrive(order);
      const { rows } = await pool.query(
        `SELECT message_id, withdrawn, content IS NULL AS gone, recalled_by FROM inbox_item
         WHERE kind <> 'CANCELLATION' ORDER BY number`,
      );
      expect(rows).toEqual(
        order
          .filter((each) => each !== theRecall)
          .map(({ messageId }) => ({
            ...{ message_id: messageId, withdrawn: true, gone: true, recalled_by: theRecall.messageId },
          })),
      );
      // What a stream is given of what arrives after the recall holds nothing either, once its original is known.
      const after = order.slice(order.indexOf(theRecall) + 1);
      for (const item of items) {
        const late = after.find((each) => each.messageId === item.messageId);
        const linked = late !== second || order.indexOf(first) < order.indexOf(second);
        if (late !== undefined && linked) expect(item).toMatchObject({ withdrawn: true, message: null });
      }
    }
  });

  test('takes what corrects it along for whoever was only told of the correction, and nobody else', async () => {
    const newcomer = { ...first, correspondent: 'post:LB', deliveryId: crypto.randomUUID() };
    const recalled = { ...theRecall, correspondent: 'post:LB', deliveryId: crypto.randomUUID() };
    const other = { ...first, correspondent: 'post:SN', deliveryId: crypto.randomUUID() };
    await arrive([newcomer, other, recalled]);
    const { rows } = await pool.query(
      "SELECT correspondent, withdrawn FROM inbox_item WHERE kind = 'CORRECTION' ORDER BY correspondent",
    );
    expect(rows).toEqual([
      { correspondent: 'post:LB', withdrawn: true },
      { correspondent: 'post:SN', withdrawn: false },
    ]);
    expect((await owedAt('post:LB')).map((each) => each.kind)).toContain('COMPLY');
    await lookNow();
    expect((await owedAt('post:LB')).map((each) => each.kind)).toEqual(['COMPLY']);
  });

  test('of a correction alone leaves its original, and gives back the date', async () => {
    const ofCorrection = decided(
      delivery(follow(33, { cancels: { messageId: theCorrection.messageId, action: 'DELETE' } })),
      8,
    );
    for (const order of permutationsOf([theRequest, theCorrection, ofCorrection])) {
      await pool.query(emptyEverything);
      await arrive(order);
      await lookNow();
      expect((await owedAt('post:CI')).map(tell).sort()).toEqual(
        [
          `COMPLY ${ofCorrection.messageId}`,
          `REPLY ${asked} ${new Date(askedFor).toISOString()}`,
          `TAKE_IN_CHARGE ${asked}`,
        ].sort(),
      );
      const { rows } = await pool.query('SELECT withdrawn FROM inbox_item WHERE message_id = $1', [asked]);
      expect(rows).toEqual([{ withdrawn: false }]);
    }
  });

  test('under way while a correction arrives is waited for, and covers it', async () => {
    await arrive([theRequest]);
    const recalling = await pool.connect();
    try {
      // What applying the cancellation has done when it is about to commit.
      await recalling.query("BEGIN; SELECT FROM inbox_counter WHERE correspondent = 'post:CI' FOR UPDATE");
      await recalling.query('INSERT INTO recall VALUES ($1, $2, $3, true)', [
        'post:CI',
        asked,
        theRecall.messageId,
      ]);
      const arriving = arrive([first]);
      await sleep(300);
      await recalling.query('COMMIT');
      expect(await arriving).toMatchObject([{ withdrawn: true, message: null }]);
    } finally {
      recalling.release();
    }
  });
});
