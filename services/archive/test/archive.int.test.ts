import { setTimeout as pause } from 'node:timers/promises';
import { provisionTopics } from '@chappe/kafka';
import { createPool, type Pool } from '@chappe/postgres';
import type { RunningService } from '@chappe/service-kit';
import {
  createTestIssuer,
  type TestDatabase,
  type TestIssuer,
  type TestKafka,
  testDatabase,
  testKafka,
} from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveConfig, archiveSettings, startArchive } from '../src/index.ts';
import { aDecision, aLead, aPassingOn, openWriters } from './archived-traffic.ts';
import { uuidV7At } from './uuid-v7-at.ts';

let kafka: TestKafka;
let database: TestDatabase;
let issuer: TestIssuer;
let archive: RunningService;
let writers: Awaited<ReturnType<typeof openWriters>>;
let pool: Pool;
let config: ArchiveConfig;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const reason = 'checking the archive';

beforeAll(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  [database, issuer] = await Promise.all([testDatabase('archive'), createTestIssuer()]);
  writers = await openWriters((service) => kafka.settings(service));
  await writers.release(issuer.issuer);
  config = archiveSettings.parse({
    CHAPPE_PROFILE: 'demonstration',
    HTTP_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:1',
    OIDC_ISSUER: issuer.issuer,
    LOG_LEVEL: 'silent',
    POSTGRES_URL: database.url,
    ...kafka.environment('archive'),
  });
  archive = await startArchive(config);
  pool = createPool({ url: database.url, applicationName: 'test', log });
});

afterAll(async () => {
  await archive?.stop();
  await writers?.close();
  await pool?.end();
  await issuer?.stop();
  await database?.drop();
});

const desk = 'demo-officer-desk-counter-terrorism';
const djibouti = 'demo-officer-post-DJ';
const abidjan = 'demo-officer-post-CI';

async function ask(
  subject: string,
  path: string,
): Promise<{ status: number; body: Answer; headers: Headers }> {
  const token = await issuer.mint({ subject, clientId: 'demo-console' });
  const response = await fetch(new URL(path, archive.url), { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Answer, headers: response.headers };
}
interface Answer {
  items?: { messageId: string; message: Record<string, unknown> }[];
  message?: Record<string, unknown>;
  next?: string;
  type?: string;
  traceId?: string;
  instance?: string;
}

const open = (subject: string, messageId: string) =>
  ask(subject, `/v1/archive/messages/${messageId}?reason=${encodeURIComponent(reason)}`);

const search = (subject: string, parameters: Record<string, string>) =>
  ask(subject, `/v1/archive/messages?${new URLSearchParams({ reason, ...parameters })}`);

async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const value = await read();
    if (holds(value) || attempt > 150) return value;
    await pause(50);
  }
}

const opened = (subject: string, messageId: string) =>
  eventually(
    () => open(subject, messageId),
    ({ status }) => status === 200,
  );

describe('a message and its decision', () => {
  it('is shown only once a decision names its digest, whichever comes first', async () => {
    const first = aLead({ text: 'message before decision', ordinal: 1 });
    await writers.message(first);
    const kept = await eventually(
      () => pool.query('SELECT 1 FROM message_record WHERE message_id = $1', [first.messageId]),
      ({ rowCount }) => rowCount === 1,
    );
    expect(kept.rowCount).toBe(1);
    expect((await open(desk, first.messageId)).status).toBe(404);
    await writers.decision(aDecision(first));
    expect((await opened(desk, first.messageId)).status).toBe(200);

    const second = aLead({ text: 'decision before message', ordinal: 2 });
    await writers.decision(aDecision(second));
    await writers.message(second);
    expect((await opened(desk, second.messageId)).status).toBe(200);
  });

  it('stays hidden when the decision names another digest, or refuses', async () => {
    const accepted = aLead({ text: 'the accepted copy', ordinal: 3 });
    const other = aLead({ text: 'another copy', ordinal: 3, submissionId: accepted.submissionId ?? '' });
    expect(other.messageId).toBe(accepted.messageId);
    await writers.message(other);
    await writers.decision(aDecision(other, { outcome: 'REFUSED' }));
    await writers.message(accepted);
    await writers.decision(aDecision(accepted));
    const { body } = await opened(desk, accepted.messageId);
    expect(body.message).toMatchObject({ body: { text: 'the accepted copy' } });
  });

  it('shows the desk its variant, and the sender all of it', async () => {
    const lead = aLead({ text: 'said to the desk', title: 'kept from the desk', ordinal: 4 });
    await writers.message(lead);
    await writers.decision(aDecision(lead, { withheld: ['lead.title'] }));
    const toDesk = await opened(desk, lead.messageId);
    expect(toDesk.body.message).toMatchObject({ body: { text: 'said to the desk' } });
    expect(JSON.stringify(toDesk.body.message)).not.toContain('kept from the desk');
    expect(toDesk.body.message).not.toHaveProperty('submissionId');
    expect(toDesk.body.message).not.toHaveProperty('actor');
    const toSender = await opened(djibouti, lead.messageId);
    expect(toSender.body.message).toMatchObject({
      submissionId: lead.submissionId,
      body: { title: 'kept from the desk' },
    });
  });

  it('is not shown when its variant no longer has the digest of its decision', async () => {
    const lead = aLead({ text: 'soon altered', ordinal: 5 });
    await writers.message(lead);
    await writers.decision(aDecision(lead));
    await opened(desk, lead.messageId);
    const altered = aLead({ text: 'altered by hand', ordinal: 5, submissionId: lead.submissionId ?? '' });
    const { encode } = await import('@chappe/schemas');
    await pool.query('UPDATE message_record SET record = $2 WHERE message_id = $1', [
      lead.messageId,
      encode('Message', { ...altered, requestDigest: lead.requestDigest }),
    ]);
    expect((await open(desk, lead.messageId)).status).toBe(404);
  });
});

describe('an original that a dispatch passes on', () => {
  it('becomes readable where it was passed on, whichever of the two arrives first', async () => {
    for (const [originalFirst, ordinal] of [
      [true, 70],
      [false, 75],
    ] as const) {
      const original = aLead({ text: `passed on ${ordinal}`, ordinal });
      const dispatch = aLead({ text: 'stands for a dispatch', ordinal: ordinal + 1 });
      const own = async () => {
        await writers.message(original);
        await writers.decision(aDecision(original));
        await opened(desk, original.messageId);
      };
      if (originalFirst) await own();
      await writers.message(dispatch);
      await writers.decision(aPassingOn(dispatch, original));
      await opened(desk, dispatch.messageId);
      if (!originalFirst) {
        expect((await open(abidjan, original.messageId)).status).toBe(404);
        await own();
      }
      const { status, body } = await opened(abidjan, original.messageId);
      expect(status).toBe(200);
      expect(body.message).toMatchObject({ body: { text: `passed on ${ordinal}` } });
      expect((await open(abidjan, dispatch.messageId)).status).toBe(404);
    }
  });
});

describe('who may read', () => {
  it('answers a foreign, an absent and a malformed id with the same words', async () => {
    const lead = aLead({ text: 'for the desk alone', ordinal: 10 });
    await writers.message(lead);
    await writers.decision(aDecision(lead));
    await opened(desk, lead.messageId);
    const answers = await Promise.all([
      open(abidjan, lead.messageId),
      open(abidjan, uuidV7At(1)),
      open(abidjan, 'not-an-id'),
    ]);
    const comparable = answers.map(({ status, body: { traceId: _, ...rest } }) => ({ status, ...rest }));
    expect(comparable[0]?.status).toBe(404);
    expect(comparable[1]).toEqual(comparable[0]);
    expect(comparable[2]).toEqual(comparable[0]);
    expect((await search(abidjan, { q: 'alone' })).body.items).toEqual([]);
  });

  it('refuses an operator, who sees no content', async () => {
    const token = await issuer.mint({ subject: 'demo-operator', clientId: 'demo-console' });
    const response = await fetch(new URL(`/v1/archive/messages?reason=watching`, archive.url), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(403);
  });
});

describe('search', () => {
  it('finds words without regard to accents or case, and never a withheld word', async () => {
    const lead = aLead({ text: 'Réunion près du hangar numéro sept', title: 'Zanzibar', ordinal: 20 });
    await writers.message(lead);
    await writers.decision(aDecision(lead, { withheld: ['lead.title'] }));
    await opened(desk, lead.messageId);
    const ids = async (subject: string, q: string) =>
      (await search(subject, { q })).body.items?.map((item) => item.messageId);
    expect(await ids(desk, 'REUNION hangar')).toEqual([lead.messageId]);
    expect(await ids(desk, 'zanzibar')).toEqual([]);
    expect(await ids(djibouti, 'zanzibar')).toEqual([lead.messageId]);
    expect(await ids(desk, "'); DROP TABLE message_record; --")).toEqual([]);
  });

  it('finds a message by its reference, also what an older release wrote, and says what is mistyped', async () => {
    const leads = [21, 22].map((ordinal) => aLead({ text: 'a reference said on the phone', ordinal }));
    for (const lead of leads) {
      await writers.message(lead);
      await writers.decision(aDecision(lead));
    }
    for (const lead of leads) await opened(desk, lead.messageId);
    const [lead] = leads;
    if (lead === undefined) throw new Error('there is a lead');
    const ids = async (subject: string, reference: string) =>
      (await search(subject, { reference })).body.items?.map((item) => item.messageId);
    const typed = ` ${lead.reference.toLowerCase().replaceAll('-', ' ')} `;
    for (const spelling of [lead.reference, typed])
      expect(await ids(desk, spelling)).toEqual([lead.messageId]);
    expect(await ids(djibouti, typed)).toEqual([lead.messageId]);
    expect(await ids(abidjan, typed)).toEqual([]);
    expect((await search(desk, { reference: lead.reference, q: 'hangar' })).body.items).toEqual([]);
    await pool.query('UPDATE readable_message SET reference = NULL');
    expect(await ids(desk, typed)).toEqual([lead.messageId]);
    const mistyped = await search(desk, { reference: `${lead.reference.slice(0, -1)}?` });
    expect(mistyped).toMatchObject({ status: 400, body: { type: 'urn:chappe:problem:reference-mistyped' } });
  });

  it('pages through everything once, and refuses a cursor made for another query or subject', async () => {
    const leads = Array.from({ length: 7 }, (_, i) => aLead({ text: `pagination ${i}`, ordinal: 30 + i }));
    for (const lead of leads) {
      await writers.message(lead);
      await writers.decision(aDecision(lead));
    }
    for (const lead of leads) await opened(desk, lead.messageId);
    const found: string[] = [];
    let next: string | undefined;
    let first: string | undefined;
    do {
      const page = await search(desk, {
        q: 'pagination',
        limit: '3',
        ...(next === undefined ? {} : { cursor: next }),
      });
      expect(page.status).toBe(200);
      found.push(...(page.body.items ?? []).map((item) => item.messageId));
      next = page.body.next;
      first ??= next;
    } while (next !== undefined);
    expect(found).toEqual(leads.map((lead) => lead.messageId).toReversed());
    const cursor = first ?? '';
    const refused = await Promise.all([
      search(desk, { q: 'hangar', limit: '3', cursor }),
      search(djibouti, { q: 'pagination', limit: '3', cursor }),
      search(desk, { q: 'pagination', limit: '3', cursor: `A${cursor.slice(1)}` }),
      search(desk, { q: 'pagination', limit: '3', cursor: 'x' }),
    ]);
    for (const { status, body } of refused) {
      expect({ status, type: body.type }).toEqual({ status: 400, type: 'urn:chappe:problem:invalid-cursor' });
    }
  });
});

describe('the audit', () => {
  it('wants a reason, and keeps exactly one entry per answer', async () => {
    const without = await ask(desk, '/v1/archive/messages?q=x');
    expect(without).toMatchObject({ status: 400, body: { type: 'urn:chappe:problem:reason-required' } });
    const blank = await ask(desk, '/v1/archive/messages?reason=%20%20%20');
    expect(blank).toMatchObject({ status: 400, body: { type: 'urn:chappe:problem:reason-required' } });

    const entries = () =>
      pool.query<{ action: string; subject: string; entries: string }>(
        `SELECT action, subject, count(*) AS entries FROM audit_record GROUP BY action, subject`,
      );
    const settled = async () => {
      await eventually(
        () => pool.query('SELECT 1 FROM outbox'),
        ({ rowCount }) => rowCount === 0,
      );
      await pause(500);
      const { rows } = await entries();
      return new Map(rows.map((row) => [`${row.subject} ${row.action}`, Number(row.entries)]));
    };
    const before = await settled();
    for (let i = 0; i < 5; i += 1) await search(desk, { q: 'pagination' });
    await open(desk, uuidV7At(2));
    const after = await settled();
    const person = 'person-officer-desk-counter-terrorism';
    const added = (action: string) =>
      (after.get(`${person} ${action}`) ?? 0) - (before.get(`${person} ${action}`) ?? 0);
    expect(added('archive.search')).toBe(5);
    expect(added('archive.read')).toBe(1);
  });
});

describe('restarts and poison', () => {
  it('passes a poison record by, and applies what comes after it', async () => {
    await writers.poison();
    const lead = aLead({ text: 'after the poison', ordinal: 60 });
    await writers.message(lead);
    await writers.decision(aDecision(lead));
    expect((await opened(desk, lead.messageId)).status).toBe(200);
  });

  it('keeps a republished decision once, across a restart', async () => {
    const lead = aLead({ text: 'published twice', ordinal: 61 });
    await writers.message(lead);
    await writers.message(lead);
    await writers.decision(aDecision(lead));
    await opened(desk, lead.messageId);
    await archive.stop();
    await writers.decision(aDecision(lead));
    archive = await startArchive(config);
    const later = aLead({ text: 'after the restart', ordinal: 62 });
    await writers.message(later);
    await writers.decision(aDecision(later));
    await opened(desk, later.messageId);
    const { rows } = await pool.query<{ kept: string }>(
      `SELECT (SELECT count(*) FROM message_record WHERE message_id = $1)
        + (SELECT count(*) FROM decision_record WHERE message_id = $1)
        + (SELECT count(*) FROM readable_message WHERE message_id = $1) AS kept`,
      [lead.messageId],
    );
    expect(Number(rows[0]?.kept)).toBe(4);
  });
});
