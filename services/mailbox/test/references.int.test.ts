import type { DirectoryEntries } from '@chappe/directory';
import type { Pool, Queryable } from '@chappe/postgres';
import { deriveReference, encode } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { type PlanNode, rowsTouched } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceFiler } from '../src/adapters/postgres-file-references.ts';
import { createInboxReader } from '../src/adapters/postgres-inbox.ts';
import { createSentReader } from '../src/adapters/postgres-sent.ts';
import { type DeliveryWishes, delivery, original, submissionIdOf } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let service: RunningService;
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
  service = await harness.start();
});

afterAll(() => harness?.close());

const shared = 'DJ-26-K7M2P4X-M';
const elsewhere = 'CT-26-7Z2B9KM-H';
const absent = 'CI-26-3QH7T2A-C';

async function deliver(wishes: Partial<DeliveryWishes> = {}): Promise<string> {
  published += 1;
  const whole = { number: published, to: 'post:CI', ...wishes };
  await harness.deliver([delivery(whole)]);
  const { messageId } = original(whole);
  const table = wishes.role === 'SENDER' ? 'sent_item' : 'inbox_item';
  await eventually('it is there', async () => {
    const { rowCount } = await harness.pool.query(
      `SELECT FROM ${table} WHERE message_id = $1 AND correspondent = $2`,
      [messageId, whole.to],
    );
    return rowCount === 1;
  });
  return messageId;
}

async function found(path: string, subject?: string): Promise<readonly string[]> {
  const { status, body } = await harness.get(service, path, subject);
  expect(status).toBe(200);
  return (body as { items: { messageId: string }[] }).items.map(({ messageId }) => messageId);
}

const inbox = (reference: string, subject?: string) =>
  found(`/v1/inbox?reference=${encodeURIComponent(reference)}`, subject);
const sent = (reference: string, subject?: string) =>
  found(`/v1/sent?reference=${encodeURIComponent(reference)}`, subject);

describe('a look-up by reference', () => {
  test('finds at once what has just arrived, however it is typed, and every message that bears it', async () => {
    const first = await deliver({ reference: shared });
    for (const typed of [shared, 'dj-26-k7m2p4x-m', ' DJ 26 K7M2P4X M ', 'dj - 26 - k7m2p4x - m'])
      expect([typed, await inbox(typed)]).toEqual([typed, [first]]);
    await deliver({ reference: elsewhere });
    const second = await deliver({ reference: shared });
    expect(await inbox(shared)).toEqual([first, second]);
    expect(await found(`/v1/inbox?reference=${shared}&order=descending&limit=1`)).toEqual([second]);
    expect(await found(`/v1/inbox?reference=${shared}&kind=REPLY`)).toEqual([]);
    const page = (await harness.get(service, `/v1/inbox?reference=${shared}&limit=1`)).body as {
      next: string;
    };
    expect(await found(`/v1/inbox?reference=${shared}&limit=1&cursor=${page.next}`)).toEqual([second]);
  });

  test('finds what was sent, on its own side alone', async () => {
    const own = await deliver({ role: 'SENDER', sender: 'post:CI', reference: elsewhere });
    expect(await sent(elsewhere.toLowerCase())).toEqual([own]);
    expect(await sent(shared)).toEqual([]);
    expect(await inbox(elsewhere)).not.toContain(own);
  });

  test('tells a mistyped one by its check symbol', async () => {
    for (const mistyped of ['DJ-26-K7M2P4Y-M', 'DJ-26-7KM2P4X-M', 'DJ-26-K7M2P4X', 'x', '']) {
      for (const path of ['/v1/inbox', '/v1/sent']) {
        const answer = await harness.get(service, `${path}?reference=${encodeURIComponent(mistyped)}`);
        expect([mistyped, answer]).toMatchObject([
          mistyped,
          { status: 400, body: { type: 'urn:chappe:problem:reference-mistyped' } },
        ]);
      }
    }
    expect((await harness.get(service, `/v1/inbox/stream?reference=${shared}`)).status).toBe(400);
  });

  test('answers what somebody else holds, or may alone read, like what does not exist', async () => {
    const foreign = await harness.get(service, `/v1/inbox?reference=${shared}`, 'demo-officer-post-SN');
    const nothing = await harness.get(service, `/v1/inbox?reference=${absent}`, 'demo-officer-post-SN');
    expect(foreign).toEqual(nothing);
    expect(await sent(shared, 'demo-officer-post-SN')).toEqual([]);
    const closed = await deliver({ reference: absent, classification: 'RESTRICTED' });
    expect(await inbox(absent)).toEqual([closed]);
    await harness.publishDirectory((entries: DirectoryEntries) => ({
      ...entries,
      grants: entries.grants.map((each) =>
        each.correspondent === 'post:CI' ? { ...each, clearance: 'NOT_PROTECTED' as const } : each,
      ),
    }));
    await eventually('the clearance is lower', async () => (await inbox(absent)).length === 0);
  });

  test('finds a sent message whose content came after its refusal', async () => {
    published += 1;
    const wishes = { number: published, to: 'post:CI', sender: 'post:CI' };
    const whole = delivery({ ...wishes, role: 'SENDER' });
    await harness.pool.query(
      `WITH c AS (UPDATE inbox_counter SET last_position = last_position + 1 WHERE correspondent = 'post:CI'
         RETURNING last_position)
       INSERT INTO sent_item (correspondent, position, message_id, request_digest, decision_id, thread_id, lane, kind,
         status, state, refusal_code, decided_at)
       SELECT 'post:CI', last_position, $1, $2, $3, $1, 'routine', 'LEAD', 'ACTUAL', 'ACCEPTED', NULL, now() FROM c`,
      [whole.messageId, whole.requestDigest, whole.decisionId],
    );
    const typed = deriveReference('CI', submissionIdOf(published), whole.messageId);
    expect(await sent(typed)).toEqual([]);
    await harness.deliver([delivery({ ...wishes, role: 'SENDER', reference: typed })]);
    await eventually('its content came', async () => (await sent(typed)).length === 1);
  });
});

describe('a full inbox of an older release', () => {
  const crowded = 'desk:counter-terrorism';
  const many = 5_000;

  test('is filed in steps; meanwhile nothing is left out in silence, and a look-up touches what it shows', async () => {
    const encoded = encodedOf(shared);
    const others = encodedOf(elsewhere);
    await harness.pool.query(
      `INSERT INTO inbox_item (correspondent, number, delivery_id, message_id, decision_id, thread_id, role, lane, kind,
         status, sender, directory_release, decided_at, delivered_at, marking, content)
       SELECT $1, n, id, id, id, id, 'ACTION', 'routine', 'LEAD', 'ACTUAL', 'post:DJ', 1, now(), now(),
         $2::jsonb, CASE WHEN n = 4900 THEN $3::bytea WHEN n % 100 = 0 THEN NULL ELSE $4::bytea END
       FROM generate_series(1, $5::integer) AS n, LATERAL (SELECT md5('older ' || n)::uuid AS id) AS i`,
      [crowded, JSON.stringify(markings), encoded, others, many],
    );
    await harness.pool.query(
      `INSERT INTO inbox_counter (correspondent, last_number) VALUES ($1, $2)
       ON CONFLICT (correspondent) DO UPDATE SET last_number = excluded.last_number`,
      [crowded, many],
    );
    const filer = createReferenceFiler({ pool: harness.pool, onError: () => undefined });
    const steps = [await filer.catchUp(crowded, 'RECEIVED')];
    while (steps.at(-1) === false) steps.push(await filer.catchUp(crowded, 'RECEIVED'));
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.length).toBeLessThan(5);
    await harness.pool.query('VACUUM ANALYZE message_reference, inbox_item');
    const { db, touched } = explaining(harness.pool);
    await createInboxReader(db).page({
      correspondent: crowded,
      from: 0,
      order: 'ascending',
      limit: 101,
      filter: { reference: shared },
    });
    expect(touched()).toBeLessThan(20);
    await createSentReader(db).page(crowded, null, 101, shared);
    expect(touched()).toBeLessThan(20);
  });

  test('two filers at once file the same, each thing once', async () => {
    await harness.pool.query('TRUNCATE message_reference, message_reference_progress');
    const filers = [1, 2, 3].map(() =>
      createReferenceFiler({ pool: harness.pool, onError: () => undefined }),
    );
    for (let round = 0; round < 3; round += 1)
      await Promise.all(filers.map((filer) => filer.catchUp(crowded, 'RECEIVED')));
    const { rows } = await harness.pool.query<{ filed: string; progress: string }>(
      `SELECT count(*) AS filed, (SELECT number FROM message_reference_progress
         WHERE correspondent = $1 AND side = 'RECEIVED') AS progress
       FROM message_reference WHERE correspondent = $1`,
      [crowded],
    );
    expect(rows).toEqual([{ filed: String(many - many / 100 + 1), progress: String(many) }]);
  });
});

const markings = {
  excluded: false,
  thirdPartyRule: false,
  classification: 'NOT_PROTECTED',
  tlp: null,
  handling: [],
  crimeAreas: ['TERRORISM'],
  attentionPositions: null,
};

function encodedOf(reference: string): Buffer {
  return encode('Message', original({ number: 900_001, reference }));
}

/** Runs statements under EXPLAIN instead, and counts the rows that they touch in tables. */
function explaining(pool: Pool) {
  let plan: PlanNode | undefined;
  const db = {
    query: async (statement: { text: string; values: unknown[] }) => {
      const { rows } = await pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement.text}`, statement.values);
      plan = rows[0]['QUERY PLAN'][0].Plan;
      return { rows: [] };
    },
  } as Queryable;
  return { db, touched: () => (plan === undefined ? Number.NaN : rowsTouched(plan)) };
}
