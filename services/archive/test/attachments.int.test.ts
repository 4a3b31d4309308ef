import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { provisionTopics } from '@chappe/kafka';
import { createPool, type Pool } from '@chappe/postgres';
import { type AttachmentJson, type AuditEntry, decode, type Message } from '@chappe/schemas';
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
import { archiveSettings, startArchive } from '../src/index.ts';
import { aDecision, aLead, aPassingOn, openWriters } from './archived-traffic.ts';
import { anInventedPicture, keepFile } from './kept-files.ts';

let kafka: TestKafka;
let database: TestDatabase;
let issuer: TestIssuer;
let archive: RunningService;
let writers: Awaited<ReturnType<typeof openWriters>>;
let pool: Pool;
let directory: string;
let picture: Buffer;
let kept: AttachmentJson;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const reason = 'checking the evidence';
const desk = 'demo-officer-desk-counter-terrorism';
const djibouti = 'demo-officer-post-DJ';
const abidjan = 'demo-officer-post-CI';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chappe-archive-files-'));
  kafka = await testKafka({ provision: provisionTopics });
  [database, issuer] = await Promise.all([testDatabase('archive'), createTestIssuer()]);
  writers = await openWriters((service) => kafka.settings(service));
  await writers.release(issuer.issuer);
  archive = await startArchive(
    archiveSettings.parse({
      CHAPPE_PROFILE: 'demonstration',
      HTTP_PORT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      OIDC_ISSUER: issuer.issuer,
      LOG_LEVEL: 'silent',
      POSTGRES_URL: database.url,
      ATTACHMENTS_STORE: 'disk',
      ATTACHMENTS_DIRECTORY: directory,
      ...kafka.environment('archive'),
    }),
  );
  pool = createPool({ url: database.url, applicationName: 'test', log });
  picture = anInventedPicture(50_000);
  kept = await keepFile(directory, 'post:DJ', picture);
});

afterAll(async () => {
  await archive?.stop();
  await writers?.close();
  await pool?.end();
  await issuer?.stop();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

async function ask(subject: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const token = await issuer.mint({ subject, clientId: 'demo-console' });
  return fetch(new URL(path, archive.url), { headers: { authorization: `Bearer ${token}`, ...headers } });
}

const query = `?reason=${encodeURIComponent(reason)}`;
const openMessage = (subject: string, messageId: string) =>
  ask(subject, `/v1/archive/messages/${messageId}${query}`);
const openFile = (
  subject: string,
  messageId: string,
  { sha256 = kept.sha256, headers = {} }: { sha256?: string; headers?: Record<string, string> } = {},
) => ask(subject, `/v1/archive/messages/${messageId}/attachments/${sha256}${query}`, headers);

async function archived(message: Message, decision = aDecision(message), reader = desk): Promise<void> {
  await writers.message(message);
  await writers.decision(decision);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await openMessage(reader, message.messageId);
    await response.text();
    if (response.status === 200) return;
    await pause(50);
  }
  throw new Error('it was not archived');
}

async function refusal(response: Response): Promise<unknown> {
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  const text = (await response.text()).replace(/"traceId":"[0-9a-f]{32}"/, '"traceId":""');
  return { status: response.status, headers, text };
}

const absent = async (subject: string) =>
  refusal(await openFile(subject, '01900000-0000-8000-8000-000000000000', { sha256: 'c'.repeat(64) }));

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** What the archive itself keeps of the audit. */
async function auditOf(messageId: string, atLeast: number): Promise<readonly AuditEntry[]> {
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await pool.query<{ record: Buffer }>(
      `SELECT record FROM audit_record WHERE action = 'attachment.read-archived' ORDER BY at`,
    );
    const entries = rows.flatMap(({ record }) => {
      const decoded = decode('AuditEntry', record);
      return decoded.status === 'decoded' && decoded.value.resourceIds.includes(messageId)
        ? [decoded.value]
        : [];
    });
    if (entries.length >= atLeast || attempt > 200) return entries;
    await pause(50);
  }
}

describe('an archived attachment', () => {
  it('is given with a reason, whole and in part, to the desk and the sender', async () => {
    const lead = aLead({ text: 'a lead with a picture', ordinal: 101, attachments: [kept] });
    await archived(lead);
    for (const subject of [desk, djibouti]) {
      const whole = await openFile(subject, lead.messageId);
      expect(whole.status).toBe(200);
      expect(whole.headers.get('content-disposition')).toBe('attachment; filename=quay.png');
      expect((await bytesOf(whole)).equals(picture)).toBe(true);
    }
    const part = await openFile(desk, lead.messageId, { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect((await bytesOf(part)).equals(picture.subarray(10, 20))).toBe(true);
    const path = `/v1/archive/messages/${lead.messageId}/attachments/${kept.sha256}`;
    for (const without of ['', '?reason=', '?reason=%20%20x']) {
      const response = await ask(desk, path + without);
      expect([response.status, ((await response.json()) as { type: string }).type]).toEqual([
        400,
        'urn:chappe:problem:reason-required',
      ]);
    }
  });

  it('has one audit entry per answer with the reason, and one per refusal', async () => {
    const lead = aLead({ text: 'an audited picture', ordinal: 102, attachments: [kept] });
    await archived(lead);
    await (await openFile(desk, lead.messageId)).arrayBuffer();
    await (await openFile(abidjan, lead.messageId)).text();
    await (await openFile(desk, lead.messageId, { headers: { range: 'bytes=90000-' } })).text();
    const entries = await auditOf(lead.messageId, 2);
    expect(
      entries.map(({ outcome, subject, resourceKind, resourceIds, reason: given, resultCount }) => ({
        outcome,
        subject,
        resourceKind,
        resourceIds,
        given,
        resultCount,
      })),
    ).toEqual([
      {
        outcome: 'ANSWERED',
        subject: 'person-officer-desk-counter-terrorism',
        resourceKind: 'attachment',
        resourceIds: [lead.messageId, kept.sha256],
        given: reason,
        resultCount: 1,
      },
      {
        outcome: 'DENIED',
        subject: 'person-officer-post-CI',
        resourceKind: 'attachment',
        resourceIds: [lead.messageId, kept.sha256],
        given: reason,
        resultCount: null,
      },
    ]);
  });

  it('is absent, alike, to whoever may not read it, and where the variant does not show it', async () => {
    const withheld = aLead({ text: 'withheld from the desk', ordinal: 103, attachments: [kept] });
    await archived(withheld, aDecision(withheld, { withheld: ['attachments'] }));
    const without = aLead({ text: 'without', ordinal: 104 });
    await archived(without);
    const lost = aLead({
      text: 'lost',
      ordinal: 105,
      attachments: [{ ...kept, sha256: 'd'.repeat(64) }],
    });
    await archived(lost);
    const expected = await absent(desk);
    expect(expected).toMatchObject({ status: 404 });
    expect(await refusal(await openFile(desk, withheld.messageId))).toEqual(expected);
    expect(await refusal(await openFile(desk, without.messageId))).toEqual(expected);
    expect(await refusal(await openFile(desk, lost.messageId, { sha256: 'd'.repeat(64) }))).toEqual(expected);
    expect(await refusal(await openFile(desk, 'not-an-id'))).toEqual(expected);
    expect(await refusal(await openFile(desk, without.messageId, { sha256: 'x' }))).toEqual(expected);
    expect(await refusal(await openFile(abidjan, withheld.messageId))).toEqual(await absent(abidjan));
    // The sender sees all of it.
    expect((await openFile(djibouti, withheld.messageId)).status).toBe(200);
  });

  it('goes with a dispatch, and ends with a cancellation that deletes, but for its sender', async () => {
    const lead = aLead({ text: 'to be passed on', ordinal: 106, attachments: [kept] });
    await archived(lead);
    expect((await openFile(abidjan, lead.messageId)).status).toBe(404);
    const dispatch = aLead({ text: 'the dispatch', ordinal: 107 });
    await archived(dispatch, aPassingOn(dispatch, lead));
    expect((await bytesOf(await openFile(abidjan, lead.messageId))).equals(picture)).toBe(true);

    const stop = aLead({ text: 'no longer', ordinal: 108, cancels: { original: lead, action: 'STOP_USE' } });
    await archived(stop);
    expect((await openFile(desk, lead.messageId)).status).toBe(200);
    const refused = aLead({ text: 'refused', ordinal: 109, cancels: { original: lead, action: 'DELETE' } });
    await writers.message(refused);
    await writers.decision(aDecision(refused, { outcome: 'REFUSED' }));
    const other = aLead({ text: 'another one', ordinal: 110 });
    await archived(other);
    expect((await openFile(desk, lead.messageId)).status).toBe(200);

    const gone = aLead({ text: 'delete it', ordinal: 111, cancels: { original: lead, action: 'DELETE' } });
    await archived(gone);
    expect(await refusal(await openFile(desk, lead.messageId))).toEqual(await absent(desk));
    expect(await refusal(await openFile(abidjan, lead.messageId))).toEqual(await absent(abidjan));
    expect((await openFile(djibouti, lead.messageId)).status).toBe(200);
    expect((await openMessage(desk, lead.messageId)).status).toBe(200);
  });
});
