import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttachmentServer, digestOf, type Fault } from '../../../test/attachment-server.ts';
import { typeChappe } from '../../../test/type-chappe.ts';

let server: AttachmentServer;
let folder: string;
const content = Buffer.from(randomBytes(200_000));
const sha256 = digestOf(content);

beforeEach(async () => {
  server = await new AttachmentServer().start();
  server.json.set('POST /v1/messages', {
    messageId: '01900000-0000-8000-8000-000000000001',
    reference: 'DJ-26-K7M2P4X-M',
    status: 'http://x/v1/sent/1',
  });
  folder = await mkdtemp(join(tmpdir(), 'chappe-attach-'));
  await writeFile(join(folder, 'quai, n° 3.png'), content);
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const lead = ['publish', '--text', 'seen', '--exercise', 'EX-1', '--as', 'post:DJ'];

function type(...args: readonly string[]) {
  const env = { CHAPPE_URL: server.url, CHAPPE_TOKEN: 't', XDG_CONFIG_HOME: folder };
  return typeChappe(args, { env, cwd: folder });
}

const remembered = async () => readdir(join(folder, 'chappe', 'uploads')).catch(() => []);

describe('--attach', () => {
  it('uploads the file, names it in the message, and forgets the upload', async () => {
    const { code, out, err } = await type(...lead, '--attach', 'quai, n° 3.png');
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^✓ quai, n° 3\.png {2}uploaded {2}image\/png {2}200 kB\n$/),
    });
    expect(out).toContain('✓ DJ-26-K7M2P4X-M  accepted');
    expect(server.uploads.get('u0')?.bytes.equals(content)).toBe(true);
    const attachment = {
      uploader: 'post:DJ',
      sha256,
      fileName: 'quai, n° 3.png',
      mediaType: 'image/png',
      sizeBytes: content.length,
    };
    expect(server.posted).toMatchObject([{ kind: 'LEAD', attachments: [attachment] }]);
    expect(await remembered()).toEqual([]);
  });

  it('goes on where it stood when the same line is typed again after a cut', async () => {
    const away = [...Array(30).keys()].map((at): [number, Fault] => [at + 2, { how: 'answer', status: 503 }]);
    server.faults = new Map(away);
    const cut = await type(...lead, '--attach', 'quai, n° 3.png', '--lang', 'fr');
    expect(cut.code).toBe(5);
    expect(cut.err).toContain('la même commande reprend de là');
    expect(server.posted).toEqual([]);
    const [file = ''] = await remembered();
    const kept = await stat(join(folder, 'chappe', 'uploads', file));
    expect((kept.mode & 0o777).toString(8)).toBe('600');

    server.faults.clear();
    server.seen.length = 0;
    const { code } = await type(...lead, '--attach', 'quai, n° 3.png');
    expect(code).toBe(0);
    expect(server.methods[0]).toBe('HEAD');
    expect(server.seen[1]?.headers['upload-offset']).toBe('65536');
    expect(server.uploads.size).toBe(1);
    expect(server.uploads.get('u0')?.bytes.equals(content)).toBe(true);
    expect(await remembered()).toEqual([]);
  }, 60_000);

  it('keeps what was uploaded where the message itself got no answer', async () => {
    server.json.delete('POST /v1/messages');
    server.faults = new Map(
      [...Array(40).keys()].map((at): [number, Fault] => [at + 4, { how: 'answer', status: 503 }]),
    );
    expect((await type(...lead, '--attach', 'quai, n° 3.png', '--timeout', '1')).code).toBe(5);
    expect(await remembered()).toHaveLength(1);
  }, 60_000);

  it.each([
    [['--attach', 'nowhere.png'], /cannot read .*nowhere\.png/],
    [['--attach', '.'], /cannot read/],
    [[...Array(21).keys()].flatMap(() => ['--attach', 'quai, n° 3.png']), /at most 20 files/],
  ])('refuses %j before anything is sent', async (args, expected) => {
    const { code, err } = await type(...lead, ...args);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
    expect(server.seen).toEqual([]);
  });

  it('says in a dry run that nothing is uploaded', async () => {
    server.json.set('POST /v1/messages', { outcome: 'ACCEPTED', recipients: [] });
    const { err } = await type(...lead, '--attach', 'quai, n° 3.png', '--dry-run');
    expect(err).toContain('A dry run uploads nothing');
    expect(server.uploads.size).toBe(0);
    expect(server.posted[0]).not.toHaveProperty('attachments');
  });

  it('prints nothing but JSON for programs', async () => {
    const { out, err } = await type(...lead, '--attach', 'quai, n° 3.png', '--json');
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ outcome: 'accepted', reference: 'DJ-26-K7M2P4X-M' });
  });
});
