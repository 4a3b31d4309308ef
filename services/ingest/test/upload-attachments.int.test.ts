import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { provisionTopics } from '@chappe/kafka';
import { testKafka } from '@chappe/testing';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLead } from './example-requests.ts';
import { type Scene, startScene } from './start-scene.ts';

const directory = mkdtempSync(`${tmpdir()}/chappe-uploads-`);
const path = '/v1/attachments/uploads';
let scene: Scene;
let replica: Scene;
let token: string;
let stranger: string;

beforeAll(async () => {
  const kafka = await testKafka({ provision: provisionTopics });
  const settings = { admin: kafka.admin, environment: kafka.environment('ingest') };
  const env = {
    ATTACHMENTS_STORE: 'disk',
    ATTACHMENTS_DIRECTORY: directory,
    ATTACHMENTS_SEGMENT_BYTES: '65536',
    ATTACHMENTS_MIN_FREE_BYTES: '0',
    ATTACHMENTS_IDLE_TIMEOUT_MS: '1000',
  };
  scene = await startScene(settings, { env });
  // The same people, as at two replicas of one deployment.
  replica = await startScene(settings, { env: { ...env, OIDC_ISSUER: scene.issuer.issuer } });
  token = await scene.issuer.mint({ subject: 'demo-officer-post-DJ' });
  stranger = await scene.issuer.mint({ subject: 'demo-officer-post-CI' });
});

afterAll(async () => {
  await scene?.stop();
  await replica?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function pdf(sizeBytes: number): Buffer {
  const bytes = randomBytes(sizeBytes);
  bytes.write('%PDF-1.7\n', 0, 'latin1');
  return bytes;
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const metadataOf = (sha256: string, mediaType = 'application/pdf'): string =>
  `sha256 ${base64(sha256)},mediaType ${base64(mediaType)},fileName ${base64('été.pdf')}`;

function call(
  method: string,
  address: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<Response> {
  return fetch(`${scene.url}${address}`, {
    method,
    headers: { 'tus-resumable': '1.0.0', authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
}

async function create(bytes: Buffer, headers: Record<string, string> = {}): Promise<string> {
  const answer = await call('POST', path, {
    'upload-length': String(bytes.length),
    'upload-metadata': metadataOf(sha256Of(bytes)),
    ...headers,
  });
  expect(answer.status).toBe(201);
  return new URL(answer.headers.get('location') ?? '').pathname;
}

const patch = (
  address: string,
  offset: number | string,
  bytes: Buffer,
  headers: Record<string, string> = {},
) =>
  call(
    'PATCH',
    address,
    { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers },
    bytes,
  );

async function uploaded(bytes: Buffer): Promise<void> {
  expect((await patch(await create(bytes), 0, bytes)).status).toBe(204);
}

const attachment = (bytes: Buffer, changes: object = {}) => ({
  uploader: 'post:DJ',
  sha256: sha256Of(bytes),
  fileName: 'été.pdf',
  mediaType: 'application/pdf',
  sizeBytes: bytes.length,
  ...changes,
});

async function typeOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { type: string };
  return body.type.replace('urn:chappe:problem:', '');
}

describe('a public client of the protocol', () => {
  it('uploads a file in pieces, and a message may name it', async () => {
    const bytes = pdf(300_000);
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(bytes, {
        endpoint: `${scene.url}${path}`,
        headers: { authorization: `Bearer ${token}` },
        metadata: { sha256: sha256Of(bytes), mediaType: 'application/pdf', fileName: 'été.pdf' },
        chunkSize: 100_000,
        retryDelays: null,
        onUploadUrlAvailable() {
          // The public origin is a proxy's, and here there is none.
          upload.url = `${scene.url}${new URL(upload.url ?? '').pathname}`;
        },
        onError: reject,
        onSuccess: () => resolve(),
      });
      upload.start();
    });
    const answer = await scene.post(newLead({ attachments: [attachment(bytes)] }));
    expect(answer.status).toBe(202);
  });
});

describe('an upload', () => {
  it('goes on at another replica after the connection broke', async () => {
    const bytes = pdf(200_000);
    const address = await create(bytes);
    await breakOff(address, bytes.subarray(0, 120_000), bytes.length);
    const head = async () =>
      await fetch(`${replica.url}${address}`, {
        method: 'HEAD',
        headers: { 'tus-resumable': '1.0.0', authorization: `Bearer ${token}` },
      });
    let offset = 0;
    for (let attempt = 0; attempt < 40 && offset < 65_536; attempt += 1) {
      await sleep(100);
      offset = Number((await head()).headers.get('upload-offset'));
    }
    expect(offset).toBeGreaterThanOrEqual(65_536);
    const rest = await fetch(`${replica.url}${address}`, {
      method: 'PATCH',
      headers: {
        'tus-resumable': '1.0.0',
        authorization: `Bearer ${token}`,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
      },
      body: new Uint8Array(bytes.subarray(offset)),
    });
    expect(rest.status).toBe(204);
    expect((await head()).headers.get('upload-offset')).toBe(String(bytes.length));
  });

  it('may come whole with its announcement', async () => {
    const bytes = pdf(10_000);
    const answer = await call(
      'POST',
      path,
      {
        'upload-length': String(bytes.length),
        'upload-metadata': metadataOf(sha256Of(bytes)),
        'content-type': 'application/offset+octet-stream',
      },
      bytes,
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('upload-offset')).toBe(String(bytes.length));
    expect((await scene.post(newLead({ attachments: [attachment(bytes)] }))).status).toBe(202);
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['no length', { 'upload-length': '' }, 400, 'invalid-value'],
    ['a negative length', { 'upload-length': '-1' }, 400, 'invalid-value'],
    ['a length in letters', { 'upload-length': '1e3' }, 400, 'invalid-value'],
    ['a length beyond the bound', { 'upload-length': '999999999999' }, 413, 'attachment-too-large'],
    ['a digest in capitals', { 'upload-metadata': metadataOf('A'.repeat(64)) }, 400, 'invalid-value'],
    [
      'a digest that is a path',
      { 'upload-metadata': metadataOf('../../../etc/passwd') },
      400,
      'invalid-value',
    ],
    [
      'a type that is a path',
      { 'upload-metadata': metadataOf('a'.repeat(64), '../x') },
      415,
      'attachment-type-refused',
    ],
    [
      'a type that is not taken',
      { 'upload-metadata': metadataOf('a'.repeat(64), 'text/html') },
      415,
      'attachment-type-refused',
    ],
    [
      'a file name that is a path',
      {
        'upload-metadata': `sha256 ${base64('a'.repeat(64))},mediaType ${base64('text/plain')},fileName ${base64('../x')}`,
      },
      400,
      'invalid-value',
    ],
    ['huge metadata', { 'upload-metadata': `sha256 ${'A'.repeat(6_000)}` }, 400, 'invalid-value'],
    [
      'an unknown name',
      { 'upload-metadata': `${metadataOf('a'.repeat(64))},colour eA==` },
      400,
      'unknown-field',
    ],
    [
      'a name twice',
      { 'upload-metadata': `${metadataOf('a'.repeat(64))},sha256 eA==` },
      400,
      'duplicate-name',
    ],
    ['no Base64', { 'upload-metadata': 'sha256 ***,mediaType x' }, 400, 'invalid-value'],
    ['another version', { 'tus-resumable': '0.2.2' }, 412, 'tus-version-unsupported'],
  ])('with %s is refused', async (_what, headers, status, code) => {
    const answer = await call('POST', path, {
      'upload-length': '10',
      'upload-metadata': metadataOf('a'.repeat(64)),
      ...headers,
    });
    expect({ status: answer.status, type: await typeOf(answer) }).toEqual({ status, type: code });
    expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
  });

  it('refuses bytes at another place, of another kind, and content that is not what was announced', async () => {
    const bytes = pdf(20_000);
    const address = await create(bytes);
    for (const offset of [1, 20_000]) expect((await patch(address, offset, bytes)).status).toBe(409);
    for (const offset of ['-1', '1.5', 'x']) expect((await patch(address, offset, bytes)).status).toBe(400);
    expect(
      (await patch(address, 0, bytes, { 'content-type': 'application/json' })).status,
    ).toBeGreaterThanOrEqual(400);
    const altered = Buffer.from(bytes);
    altered[19_999] = (altered[19_999] ?? 0) ^ 1;
    const refused = await patch(address, 0, altered);
    expect({ status: refused.status, type: await typeOf(refused) }).toEqual({
      status: 422,
      type: 'attachment-digest-mismatch',
    });
    expect((await scene.post(newLead({ attachments: [attachment(bytes)] }))).type).toBe(
      'attachment-not-found',
    );
  });

  it('refuses a program under a harmless name', async () => {
    const program = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), randomBytes(9_000)]);
    const answer = await patch(await create(program), 0, program);
    expect(await typeOf(answer)).toBe('attachment-type-refused');
  });

  it('of somebody else is answered like one that does not exist', async () => {
    const address = await create(pdf(5_000));
    const foreign = { authorization: `Bearer ${stranger}` };
    for (const method of ['HEAD', 'DELETE', 'PATCH']) {
      const headers = {
        ...foreign,
        ...(method === 'PATCH'
          ? { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
          : {}),
      };
      const [theirs, absent] = [
        await call(method, address, headers),
        await call(method, `${path}/${'f'.repeat(32)}`, headers),
      ];
      expect([theirs.status, absent.status]).toEqual([404, 404]);
      const [a, b] = [await theirs.text(), await absent.text()].map((text) =>
        text.replace(/"traceId":"[^"]*"/, ''),
      );
      expect(a).toBe(b);
    }
    expect((await call('HEAD', address, {})).status).toBe(200);
  });
});

describe('a message', () => {
  it("cannot name somebody else's file: the answer is that of an absent one, byte for byte", async () => {
    const bytes = pdf(5_000);
    await uploaded(bytes);
    const as = { subject: 'demo-officer-post-CI' };
    const theirs = await scene.post(newLead({ attachments: [attachment(bytes)] }), { as });
    const own = await scene.post(newLead({ attachments: [attachment(bytes, { uploader: 'post:CI' })] }), {
      as,
    });
    const absent = await scene.post(
      newLead({ attachments: [attachment(pdf(5_000), { uploader: 'post:CI' })] }),
      { as },
    );
    expect(absent).toMatchObject({ status: 422, type: 'attachment-not-found' });
    const bare = ({ traceId: _traceId, ...body }: Record<string, unknown>) => JSON.stringify(body);
    expect([bare(theirs.body), bare(own.body)]).toEqual([bare(absent.body), bare(absent.body)]);
  });

  it('gives size and type as uploaded', async () => {
    const bytes = pdf(5_000);
    await uploaded(bytes);
    for (const changes of [{ sizeBytes: 4_999 }, { mediaType: 'text/plain' }]) {
      const answer = await scene.post(
        newLead({ attachments: [attachment(pdf(1)), attachment(bytes, changes)].slice(1) }),
      );
      expect(answer).toMatchObject({ status: 422, type: 'attachment-mismatch' });
    }
  });

  it('is the same message when it is repeated, also at another replica', async () => {
    const bytes = pdf(5_000);
    await uploaded(bytes);
    const lead = newLead({ attachments: [attachment(bytes)] });
    const first = await scene.post(lead);
    expect((await scene.post(lead)).body).toEqual(first.body);
    expect((await replica.post(lead, { token })).body).toEqual(first.body);
  });
});

describe('a body of another route', () => {
  it('still has to arrive in time', async () => {
    const startedMs = performance.now();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect({ port: Number(new URL(scene.url).port), host: '127.0.0.1' });
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
      socket.write(
        `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      );
    });
    expect(answer).toContain('408');
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });
});

/** Sends the head of a transfer and a part of its bytes, then cuts the connection. */
async function breakOff(address: string, part: Buffer, length: number): Promise<void> {
  const socket = connect({ port: Number(new URL(scene.url).port), host: '127.0.0.1' });
  const head = `PATCH ${address} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nauthorization: Bearer ${token}\r\nupload-offset: 0\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: ${length}\r\n\r\n`;
  socket.write(head);
  await new Promise<void>((resolve) => socket.write(part, () => resolve()));
  await sleep(200);
  socket.destroy();
}
