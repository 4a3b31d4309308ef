import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttachmentServer, digestOf, type Fault } from '../../test/attachment-server.ts';
import { createClient } from '../create-client.ts';
import type { UploadMemory, UploadProgress } from './upload-attachment.ts';

let server: AttachmentServer;
beforeEach(async () => {
  server = await new AttachmentServer().start();
});
afterEach(() => server.stop());

const content = Buffer.from(randomBytes(300_000));
const sha256 = digestOf(content);
const named = { fileName: 'quai n° 3.png', mediaType: 'image/png' };

const client = (maxAttempts = 5) =>
  createClient({
    url: server.url,
    token: async () => 't',
    actingAs: 'post:DJ',
    timeoutMs: 2_000,
    retry: { maxAttempts, baseDelayMs: 5, maxDelayMs: 20 },
  });

const faults = (...given: [number, Fault][]) => {
  server.faults = new Map(given);
};

describe('uploading', () => {
  it('sends the bytes once, in parts, and says how the message names them', async () => {
    const progress: UploadProgress[] = [];
    const attachment = await client().attachments.upload(new Blob([content]), {
      ...named,
      onProgress: (each) => void progress.push(each),
    });
    expect(attachment).toEqual({ uploader: 'post:DJ', sha256, sizeBytes: content.length, ...named });
    expect(server.uploads.get('u0')).toMatchObject({ declared: { sha256, ...named }, bytes: content });
    expect(server.methods).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH']);
    expect(server.seen[0]?.headers).toMatchObject({
      'tus-resumable': '1.0.0',
      'upload-length': '300000',
      'chappe-acting-as': 'post:DJ',
      authorization: 'Bearer t',
    });
    const phases = progress.map(({ phase, doneBytes }) => [phase, doneBytes]);
    expect(phases.at(-1)).toEqual(['uploading', content.length]);
    expect(phases).toContainEqual(['hashing', content.length]);
  });

  it('goes on where the server says it stands, however the link breaks', async () => {
    faults(
      [1, { how: 'break-after', bytes: 10_000 }],
      [4, { how: 'lose-answer' }],
      [6, { how: 'answer', status: 503 }],
    );
    const bytes = new Uint8Array(content);
    await client().attachments.upload(bytes, named);
    expect(server.uploads.get('u0')?.bytes.equals(content)).toBe(true);
    // Nothing was sent that had arrived: no part was refused for its place.
    expect(server.uploads.size).toBe(1);
    expect(server.methods.filter((method) => method === 'HEAD').length).toBeGreaterThanOrEqual(3);
  });

  it('takes a lost answer to its last part for what it is', async () => {
    faults([3, { how: 'lose-answer' }]);
    await client().attachments.upload(new Blob([content]), named);
    expect(server.methods).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH', 'HEAD']);
  });

  it('begins again where the server has forgotten, but not for ever', async () => {
    faults([1, { how: 'answer', status: 404, code: 'not-found' }]);
    await client().attachments.upload(new Blob([content]), named);
    expect(server.uploads.get('u1')?.bytes.equals(content)).toBe(true);

    faults(
      ...[...Array(40).keys()].map((at): [number, Fault] => [at * 2 + 11, { how: 'answer', status: 404 }]),
    );
    server.seen.length = 10;
    await expect(client(30).attachments.upload(new Blob([content]), named)).rejects.toMatchObject({
      status: 404,
    });
  });

  it('gives up after so many failures without progress, and can be resumed by another program', async () => {
    const kept = new Map<string, string>();
    const memory: UploadMemory = {
      find: async (upload) => kept.get(JSON.stringify(upload)),
      keep: async (upload, name) => void kept.set(JSON.stringify(upload), name),
      forget: async (upload) => void kept.delete(JSON.stringify(upload)),
    };
    const down = [...Array(20).keys()].map((at): [number, Fault] => [at + 2, { how: 'answer', status: 503 }]);
    faults(...down);
    await expect(
      client(3).attachments.upload(new Blob([content]), { ...named, memory }),
    ).rejects.toMatchObject({ name: 'ChappeUnavailable' });
    expect(server.methods).toEqual(['POST', 'PATCH', 'PATCH', 'HEAD', 'HEAD']);
    expect([...kept.keys()].map((key) => JSON.parse(key))).toEqual([
      { url: server.url, uploader: 'post:DJ', sha256, mediaType: 'image/png' },
    ]);

    faults();
    server.seen.length = 0;
    await client().attachments.upload(new Blob([content]), { ...named, fileName: 'other.png', memory });
    expect(server.methods).toEqual(['HEAD', 'PATCH', 'PATCH', 'PATCH']);
    expect(server.uploads.get('u0')?.bytes.equals(content)).toBe(true);
    expect(server.uploads.size).toBe(1);
  });

  it('is refused at once where nothing helps, and is then forgotten', async () => {
    let forgotten = 0;
    const memory = {
      find: async () => undefined,
      keep: async () => {},
      forget: async () => {
        forgotten += 1;
      },
    };
    faults([0, { how: 'answer', status: 415, code: 'attachment-type-refused' }]);
    await expect(
      client().attachments.upload(new Blob([content]), { ...named, memory }),
    ).rejects.toMatchObject({ code: 'attachment-type-refused' });
    expect([server.methods, forgotten]).toEqual([['POST'], 1]);
  });

  it('ends with the caller’s own reason', async () => {
    const abort = new AbortController();
    const uploading = client().attachments.upload(new Blob([content]), {
      ...named,
      signal: abort.signal,
      onProgress: ({ phase, doneBytes }) => {
        if (phase === 'uploading' && doneBytes > 0) abort.abort(new Error('enough'));
      },
    });
    await expect(uploading).rejects.toThrow('enough');
  });

  it('sends its token nowhere but where it was told to', async () => {
    const elsewhere = createClient({
      url: server.url,
      token: async () => 't',
      actingAs: 'post:DJ',
      fetch: async () =>
        new Response(null, { status: 201, headers: { location: 'https://evil.example/x/../u' } }),
    });
    await expect(elsewhere.attachments.upload(new Blob([content]), named)).rejects.toMatchObject({
      name: 'UnexpectedAnswer',
    });
  });
});

describe('downloading', () => {
  const fetched = async (
    options: Parameters<ReturnType<typeof client>['attachments']['download']>[2] = {},
  ) => {
    const download = await client().attachments.download('m-1', sha256, options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of download.content) chunks.push(chunk);
    return { ...download, bytes: Buffer.concat(chunks) };
  };
  beforeEach(() => {
    server.file = content;
  });

  it('gives the bytes, and the name that the header carries', async () => {
    server.fileName = 'attachment; filename="quai n? 3.png"; filename*=UTF-8\'\'quai%20n%C2%B0%203.png';
    const { bytes, fileName, sizeBytes } = await fetched();
    expect(bytes.equals(content)).toBe(true);
    expect({ fileName, sizeBytes }).toEqual({ fileName: 'quai n° 3.png', sizeBytes: content.length });
    expect(server.seen.map(({ path }) => path)).toEqual([`/v1/inbox/m-1/attachments/${sha256}`]);
    await fetched({ reason: 'case 12' });
    expect(server.seen[1]?.path).toBe(`/v1/archive/messages/m-1/attachments/${sha256}`);
  });

  it('goes on after broken connections, each time where it was', async () => {
    faults(
      [0, { how: 'break-after', bytes: 100_000 }],
      [1, { how: 'answer', status: 503 }],
      [2, { how: 'break-after', bytes: 50_000 }],
      [3, { how: 'break-after', bytes: 0 }],
    );
    expect((await fetched()).bytes.equals(content)).toBe(true);
    const ranges = server.seen.map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=100000-', 'bytes=150000-', 'bytes=150000-']);
    expect(server.seen[2]?.headers['if-range']).toBe(`"${sha256}"`);
  });

  it('passes over what it has where ranges are ignored on the way', async () => {
    faults([0, { how: 'break-after', bytes: 100_000 }], [1, { how: 'whole' }]);
    expect((await fetched()).bytes.equals(content)).toBe(true);
  });

  it('does not take other bytes for the file', async () => {
    faults([0, { how: 'alter' }]);
    await expect(fetched()).rejects.toThrow(/SHA-256/);
  });

  it('says what it is refused with, also in the middle', async () => {
    faults([0, { how: 'break-after', bytes: 1_000 }], [1, { how: 'answer', status: 404, code: 'not-found' }]);
    await expect(fetched()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('gives up where nothing comes any more', async () => {
    faults(...[...Array(20).keys()].map((at): [number, Fault] => [at, { how: 'answer', status: 503 }]));
    await expect(fetched()).rejects.toMatchObject({ name: 'ChappeUnavailable' });
    expect(server.seen).toHaveLength(5);
  });
});
