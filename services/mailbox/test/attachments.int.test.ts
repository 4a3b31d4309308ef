import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AttachmentJson, type AuditEntry, type Delivery, decode, deriveId } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { delivery, original } from '../src/domain/delivery.fixture.ts';
import { anInventedPicture, keepFile } from './kept-files.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let service: RunningService;
let directory: string;
let picture: Buffer;
let kept: AttachmentJson;

const from = 'post:DJ';
const to = 'post:CI';
const officer = 'demo-officer-post-CI';
const releaser = 'demo-releaser-post-CI';
const sender = 'demo-officer-post-DJ';
const stranger = 'demo-officer-post-LB';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chappe-mailbox-files-'));
  harness = await createHarness();
  service = await harness.start({
    ATTACHMENTS_STORE: 'disk',
    ATTACHMENTS_DIRECTORY: directory,
    DOWNLOAD_RECHECK_MS: '300',
  });
  picture = anInventedPicture(100_000);
  kept = await keepFile(directory, from, picture, { fileName: 'quai n° 3.png' });
});

afterAll(async () => {
  await harness?.close();
  await rm(directory, { recursive: true, force: true });
});

async function ask(
  path: string,
  subject: string,
  headers: Record<string, string> = {},
  at: RunningService = service,
): Promise<Response> {
  const authorization = `Bearer ${await harness.token(subject)}`;
  return fetch(at.url + path, { headers: { authorization, ...headers } });
}

const pathOf = (messageId: string, sha256: string) => `/v1/inbox/${messageId}/attachments/${sha256}`;

async function arrived(...deliveries: Delivery[]): Promise<void> {
  await harness.deliver(deliveries);
  for (const { correspondent, messageId } of deliveries) {
    await eventually('it is stored', async () => {
      const { rows } = await harness.pool.query(
        `SELECT 1 FROM inbox_item WHERE correspondent = $1 AND message_id = $2
         UNION ALL SELECT 1 FROM sent_item WHERE correspondent = $1 AND message_id = $2`,
        [correspondent, messageId],
      );
      return rows.length > 0;
    });
  }
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** What a reader can see of a refusal, but for the trace that is each request's own. */
async function refusal(response: Response): Promise<unknown> {
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  const text = (await response.text()).replace(/"traceId":"[0-9a-f]{32}"/, '"traceId":""');
  return { status: response.status, headers, text };
}

const absent = async (subject = officer): Promise<unknown> =>
  refusal(await ask(pathOf(original({ number: 9_999 }).messageId, 'c'.repeat(64)), subject));

describe('an attachment', () => {
  test('is given whole, and in part, to whoever may read its message', async () => {
    const item = delivery({ number: 1, to, attachments: [kept] });
    await arrived(item);
    const path = pathOf(item.messageId, kept.sha256);
    const whole = await ask(path, officer);
    expect(whole.status).toBe(200);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '100000',
      'content-disposition': `attachment; filename="quai n? 3.png"; filename*=UTF-8''quai%20n%C2%B0%203.png`,
      etag: `"${kept.sha256}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect((await bytesOf(whole)).equals(picture)).toBe(true);

    const rest = await ask(path, officer, { range: 'bytes=99990-', 'if-range': `"${kept.sha256}"` });
    expect(rest.status).toBe(206);
    expect(rest.headers.get('content-range')).toBe('bytes 99990-99999/100000');
    expect((await bytesOf(rest)).equals(picture.subarray(99_990))).toBe(true);
    expect((await ask(path, officer, { range: 'bytes=100000-' })).status).toBe(416);
  });

  test('goes with what was sent: to its sender and colleagues, and to nobody else', async () => {
    const sent = delivery({ number: 2, to: from, role: 'SENDER', attachments: [kept] });
    await arrived(sent);
    const path = pathOf(sent.messageId, kept.sha256);
    for (const subject of [sender, 'demo-releaser-post-DJ']) {
      expect((await bytesOf(await ask(path, subject))).equals(picture)).toBe(true);
    }
    expect(await refusal(await ask(path, stranger))).toEqual(await absent(stranger));
  });

  test('is absent, alike, wherever the message does not show it to this reader', async () => {
    const other = await keepFile(directory, from, anInventedPicture(2_000));
    const attachments = [kept];
    const notice = delivery({ number: 10, to, role: 'NOTICE', attachments, noticeCode: 'corrected' });
    const withheld = delivery({ number: 11, to, attachments, withheld: ['attachments'] });
    const without = delivery({ number: 12, to });
    const foreign = delivery({ number: 13, to: 'post:LB', attachments });
    const exclusive = delivery({
      number: 14,
      to,
      attachments,
      exclusively: { correspondent: to, positions: ['somebody-else'] },
    });
    const excluded = delivery({ number: 15, to, attachments, excluded: [to] });
    // The original says so; no delivery of it would ever come from the router.
    const lost = delivery({
      number: 16,
      to,
      attachments: [{ ...kept, sha256: 'd'.repeat(64), fileName: 'never-kept.png' }],
    });
    const ofSomebodyElse = delivery({ number: 17, to, attachments: [{ ...kept, uploader: 'post:LB' }] });
    await arrived(notice, withheld, without, foreign, exclusive, excluded, lost, ofSomebodyElse);
    const expected = await absent();
    expect(expected).toMatchObject({ status: 404, text: expect.stringContaining('not-found') });
    const paths = [
      ...[notice, withheld, without, foreign, exclusive, lost, ofSomebodyElse].map((each) =>
        pathOf(each.messageId, kept.sha256),
      ),
      pathOf(lost.messageId, 'd'.repeat(64)),
      pathOf(without.messageId, other.sha256),
      pathOf(without.messageId, 'not-a-digest'),
      pathOf(without.messageId, kept.sha256.toUpperCase()),
      pathOf('not-an-id', kept.sha256),
      pathOf(without.messageId, encodeURIComponent('../../etc/passwd')),
    ];
    for (const path of paths)
      expect([path, await refusal(await ask(path, officer))]).toEqual([path, expected]);
  });

  test('is readable exactly where its message is', async () => {
    const attachments = [kept];
    const deliveries = [
      delivery({ number: 20, to, attachments }),
      delivery({ number: 21, to, attachments, role: 'INFORMATION' }),
      delivery({ number: 22, to, attachments, classification: 'RESTRICTED' }),
      delivery({ number: 24, to, attachments, crimeAreas: ['COMPUTER_CRIME'] }),
      delivery({
        number: 25,
        to,
        attachments,
        exclusively: { correspondent: to, positions: ['attaché'] },
      }),
      delivery({ number: 26, to: from, attachments, role: 'SENDER' }),
      delivery({ number: 27, to: 'post:LB', attachments }),
    ];
    await arrived(...deliveries);
    const seen = new Set<number>();
    for (const { messageId } of deliveries) {
      for (const subject of [officer, releaser, sender, stranger, 'demo-auditor']) {
        const read = await ask(`/v1/inbox/${messageId}`, subject);
        const own = await ask(`/v1/sent/${messageId}`, subject);
        const file = await ask(pathOf(messageId, kept.sha256), subject);
        await Promise.all([read.text(), own.text(), file.arrayBuffer()]);
        const expected = read.status === 200 || own.status === 200 ? 200 : 404;
        expect([messageId, subject, file.status]).toEqual([messageId, subject, expected]);
        seen.add(file.status);
      }
    }
    expect(seen).toEqual(new Set([200, 404]));
  });

  test('stays with a message that is no longer used, and is gone with one that is deleted', async () => {
    const stopped = delivery({ number: 30, to, attachments: [kept] });
    const deleted = delivery({ number: 31, to, attachments: [kept] });
    await arrived(stopped, deleted);
    const cancels = (number: number, messageId: string, action: 'STOP_USE' | 'DELETE') =>
      delivery({ number, to, threadId: messageId, cancels: { messageId, action } });
    await arrived(cancels(32, stopped.messageId, 'STOP_USE'), cancels(33, deleted.messageId, 'DELETE'));
    expect((await ask(pathOf(stopped.messageId, kept.sha256), officer)).status).toBe(200);
    expect(await refusal(await ask(pathOf(deleted.messageId, kept.sha256), officer))).toEqual(await absent());
  });
});

describe('what is downloaded', () => {
  test('leaves one audit entry per answer, and none where there was none', async () => {
    const place = 'post:MA';
    const item = delivery({ number: 40, to: place, attachments: [kept] });
    await arrived(item);
    const reader = 'demo-officer-post-MA';
    const path = pathOf(item.messageId, kept.sha256);
    await bytesOf(await ask(path, reader));
    await bytesOf(await ask(path, reader, { range: 'bytes=0-9' }));
    await refusal(await ask(path, reader, { range: 'bytes=200000-' }));
    await absent(reader);
    const records = await harness.read('audit.v1', 2);
    const entries = records
      .map((record): AuditEntry => {
        const decoded = decode('AuditEntry', record.value);
        if (decoded.status !== 'decoded') throw new Error(decoded.status);
        return decoded.value;
      })
      .filter((entry) => entry.correspondent === place);
    expect(
      entries.map(({ action, resourceKind, resourceIds }) => ({ action, resourceKind, resourceIds })),
    ).toEqual(
      Array.from({ length: 2 }, () => ({
        action: 'attachment.read',
        resourceKind: 'attachment',
        resourceIds: [item.messageId, kept.sha256],
      })),
    );
  });

  test('ends within seconds for somebody who is suspended in the middle of it', async () => {
    const film = anInventedPicture(48 * 1024 * 1024);
    const long = await keepFile(directory, from, film, { fileName: 'film.png' });
    const item = delivery({ number: 50, to: 'post:TN', attachments: [long] });
    await arrived(item);
    const response = await ask(pathOf(item.messageId, long.sha256), 'demo-officer-post-TN');
    const reader = response.body?.getReader();
    await reader?.read();
    await harness.publishDirectory((entries) => ({
      ...entries,
      persons: entries.persons.map((person) =>
        person.personId === 'person-officer-post-TN' ? { ...person, suspended: true } : person,
      ),
    }));
    const suspendedAtMs = Date.now();
    let received = 0;
    const readOn = async (): Promise<void> => {
      for (;;) {
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) return;
        received += chunk.value.length;
        // As slowly as a poor link, so that the file is not through before the suspension bites.
        await pause(50);
      }
    };
    await expect(readOn()).rejects.toThrow();
    expect(Date.now() - suspendedAtMs).toBeLessThan(10_000);
    expect(received).toBeLessThan(film.length);
    expect((await ask(pathOf(item.messageId, long.sha256), 'demo-officer-post-TN')).status).toBe(403);
  });

  test('ends when the message is deleted in the middle of it', async () => {
    const film = anInventedPicture(48 * 1024 * 1024);
    const long = await keepFile(directory, from, film);
    const item = delivery({ number: 55, to, attachments: [long] });
    await arrived(item);
    const response = await ask(pathOf(item.messageId, long.sha256), officer);
    const reader = response.body?.getReader();
    await reader?.read();
    const cancels = { messageId: item.messageId, action: 'DELETE' as const };
    await arrived(delivery({ number: 56, to, threadId: item.messageId, cancels }));
    const readOn = async (): Promise<void> => {
      while ((await reader?.read())?.done === false) await pause(50);
    };
    await expect(readOn()).rejects.toThrow();
  });
});

describe('a file that was examined', () => {
  const scannerOf = (verdict: 'CLEAN' | 'REFUSED' | undefined) => ({
    async scan(content: { resume(): unknown }) {
      content.resume();
      if (verdict === undefined) throw new Error('the scanner is away');
      return verdict;
    },
    check: async () => {},
  });

  test.each([
    ['CLEAN' as const, 200, undefined],
    ['REFUSED' as const, 409, 'attachment-refused'],
    [undefined, 409, 'attachment-not-scanned'],
  ])(
    'and found %s is answered %d to who may read it, and is absent for others',
    async (verdict, status, code) => {
      const scanned = await keepFile(directory, from, anInventedPicture(3_000), {
        scanner: scannerOf(verdict),
      });
      const number = 60 + status + (code?.length ?? 0);
      const item = delivery({ number, to, attachments: [scanned] });
      await arrived(item);
      const path = pathOf(item.messageId, scanned.sha256);
      const answer = await ask(path, officer);
      expect(answer.status).toBe(status);
      if (code !== undefined) {
        expect(await answer.json()).toMatchObject({ type: `urn:chappe:problem:${code}` });
        expect(answer.headers.get('retry-after') !== null).toBe(code === 'attachment-not-scanned');
      } else await answer.arrayBuffer();
      expect(await refusal(await ask(path, stranger))).toEqual(await absent(stranger));
    },
  );
});

test('a store that is away is said to be away, and the rest of the mailbox goes on', async () => {
  const away = await harness.start({
    ATTACHMENTS_STORE: 's3',
    ATTACHMENTS_S3_ENDPOINT: 'http://127.0.0.1:9',
    ATTACHMENTS_S3_BUCKET: 'nowhere',
    ATTACHMENTS_S3_ACCESS_KEY_ID: 'reader',
    ATTACHMENTS_S3_SECRET_ACCESS_KEY: 'invented',
  });
  const item = delivery({ number: 70, to, attachments: [kept] });
  await arrived(item);
  const answer = await ask(pathOf(item.messageId, kept.sha256), officer, {}, away);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await answer.json()).toMatchObject({ type: 'urn:chappe:problem:unavailable' });
  expect((await ask(`/v1/inbox/${item.messageId}`, officer, {}, away)).status).toBe(200);
  const ready = await fetch(`${away.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ status: 'ready', dependencies: { attachments: 'unavailable' } });
  // Who may not read the message learns nothing of the store either.
  expect(await refusal(await ask(pathOf(deriveId('x'), kept.sha256), officer, {}, away))).toEqual(
    await absent(),
  );
  await harness.stop(away);
});
