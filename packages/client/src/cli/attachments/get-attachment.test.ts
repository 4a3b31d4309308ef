import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttachmentServer, digestOf } from '../../../test/attachment-server.ts';
import { item } from '../../../test/scripted-server.ts';
import { typeChappe } from '../../../test/type-chappe.ts';
import { safeFileName } from './safe-file-name.ts';

let server: AttachmentServer;
let folder: string;
const content = Buffer.from(randomBytes(50_000));
const sha256 = digestOf(content);
const messageId = '01900000-0000-8000-8000-000000000001';
const picture = {
  uploader: 'post:DJ',
  sha256,
  fileName: 'quai n° 3.png',
  mediaType: 'image/png',
  sizeBytes: content.length,
};
const other = {
  ...picture,
  sha256: 'b'.repeat(64),
  fileName: 'list\u001b[31m.pdf',
  mediaType: 'application/pdf',
};

const holding = (...attachments: readonly object[]) => {
  const message = {
    messageId,
    reference: 'DJ-26-K7M2P4X-M',
    threadId: messageId,
    kind: 'LEAD',
    attachments,
    body: { text: 'seen' },
  };
  server.json.set(`GET /v1/inbox/${messageId}`, { ...item(4), messageId, message });
  server.json.set(`GET /v1/archive/messages/${messageId}`, {
    messageId,
    reference: 'DJ-26-K7M2P4X-M',
    kind: 'LEAD',
    message,
  });
  server.json.set(`GET /v1/threads/${messageId}`, {
    items: [{ direction: 'received', ...item(4), messageId, message }],
  });
};

beforeEach(async () => {
  server = await new AttachmentServer().start();
  server.file = content;
  holding(picture);
  folder = await mkdtemp(join(tmpdir(), 'chappe-get-'));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

function type(...args: readonly string[]) {
  return typeChappe(args, { env: { CHAPPE_URL: server.url, CHAPPE_TOKEN: 't' }, cwd: folder });
}

describe('attachment get', () => {
  it('writes the file, for its owner alone, under a safe name', async () => {
    server.fileName = `attachment; filename*=UTF-8''..%2F..%2F.quai%20n%C2%B0%203.png`;
    const { code, out } = await type('attachment', 'get', messageId);
    expect(code).toBe(0);
    const [name = '', ...more] = await readdir(folder);
    expect([name, more]).toEqual(['_.._.quai n° 3.png', []]);
    expect((await readFile(join(folder, name))).equals(content)).toBe(true);
    expect(((await stat(join(folder, name))).mode & 0o777).toString(8)).toBe('600');
    expect(out).toContain(`sha256 ${sha256}`);
  });

  it('replaces nothing unless that is asked for', async () => {
    await writeFile(join(folder, 'quay.png'), 'mine');
    const refused = await type('attachment', 'get', messageId);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('is there already')]);
    expect(await readFile(join(folder, 'quay.png'), 'utf8')).toBe('mine');
    expect((await type('attachment', 'get', messageId, '--force')).code).toBe(0);
    expect((await readFile(join(folder, 'quay.png'))).equals(content)).toBe(true);
    expect(await readdir(folder)).toEqual(['quay.png']);
  });

  it('goes where it is told, a file or a folder', async () => {
    await mkdir(join(folder, 'evidence'));
    expect((await type('attachment', 'get', messageId, '1', '--output', 'evidence')).code).toBe(0);
    expect((await type('attachment', 'get', messageId, sha256, '--output', 'a.png', '--json')).code).toBe(0);
    expect(await readdir(join(folder, 'evidence'))).toEqual(['quay.png']);
    expect((await readFile(join(folder, 'a.png'))).equals(content)).toBe(true);
  });

  it('leaves nothing behind where the bytes are not those of the file', async () => {
    server.faults.set(1, { how: 'alter' });
    const { code, err } = await type('attachment', 'get', messageId);
    expect(code).toBe(1);
    expect(err).toContain('SHA-256 differs');
    expect(await readdir(folder)).toEqual([]);
  });

  it('asks which of several, and shows them without what would move the cursor', async () => {
    holding(other, picture);
    const { code, err } = await type('attachment', 'get', messageId);
    expect(code).toBe(2);
    expect(err).toContain('[1] list[31m.pdf  application/pdf  50 kB');
    expect(err).toContain('[2] quai n° 3.png  image/png  50 kB');
    expect((await type('attachment', 'get', messageId, '3')).code).toBe(2);
    expect((await type('attachment', 'get', messageId, '2')).code).toBe(0);
  });

  it('is not found where there is nothing that one may see', async () => {
    holding();
    expect((await type('attachment', 'get', messageId)).code).toBe(6);
    server.json.clear();
    server.faults.set(1, { how: 'answer', status: 404, code: 'not-found' });
    server.faults.set(2, { how: 'answer', status: 404, code: 'not-found' });
    server.seen.length = 1;
    expect((await type('attachment', 'get', messageId)).code).toBe(6);
  });

  it('opens the archive with the reason', async () => {
    expect((await type('attachment', 'get', messageId, '--reason', 'case 12')).code).toBe(0);
    expect(server.seen.map(({ path }) => path)).toEqual([
      `/v1/archive/messages/${messageId}`,
      `/v1/archive/messages/${messageId}/attachments/${sha256}`,
    ]);
  });
});

it('are listed by themselves, and below their message in its thread', async () => {
  holding(picture);
  const listed = await type('attachment', 'list', messageId, '--lang', 'fr');
  expect(listed.out).toMatch(/^ {4}\[1\] quai n° 3\.png {2}image\/png {2}50\s*ko\n$/u);
  const { out } = await type('thread', messageId);
  const [, row, below] = out.split('\n');
  expect(row).toMatch(/^DJ-26-K7M2P4X-M/);
  expect(below).toBe('    [1] quai n° 3.png  image/png  50 kB');
});

it.each([
  ['report.pdf', 'report.pdf'],
  ['../../.ssh/authorized_keys', '_.._.ssh_authorized_keys'],
  ['-rf.txt', 'rf.txt'],
  ['CON.txt', '_CON.txt'],
  ['lpt1', '_lpt1'],
  ['a\u0000b\nc\u202E.exe', 'abc.exe'],
  ['C:\\x|y?.png', 'C__x_y_.png'],
  ['   ', 'attachment'],
  ['..', 'attachment'],
  [`${'é'.repeat(300)}.png`, `${'é'.repeat(116)}.png`],
])('a file may be called %j only as %j', (given, expected) => {
  expect(safeFileName(given)).toBe(expected);
});
