import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { endless, neverRead, startDownloads, thousand } from './serve-downloads.fixture.ts';

type Started = Awaited<ReturnType<typeof startDownloads>>;
let started: Started | undefined;
afterEach(async () => {
  await started?.close();
  started = undefined;
});

async function given(...parameters: Parameters<typeof startDownloads>): Promise<Started> {
  started = await startDownloads(...parameters);
  return started;
}

const huge = {
  file: { fileName: 'x', mediaType: 'image/png', sizeBytes: 10 ** 12, sha256: 'ab'.repeat(32) },
};
const typeOf = async (response: Response) => ((await response.json()) as { type: string }).type;
const retryable = { 'retry-after': expect.stringMatching(/^\d+$/) };
const headersOf = ({ headers }: Response) => Object.fromEntries(headers);

describe('a download', () => {
  it('is served whole, and by a part', async () => {
    const { url } = await given({});
    const whole = await fetch(url);
    expect(whole.status).toBe(200);
    expect(headersOf(whole)).toMatchObject({
      'content-length': '1000',
      'content-disposition': 'attachment; filename=quay.png',
      'x-content-type-options': 'nosniff',
    });
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(thousand);

    const etag = whole.headers.get('etag') ?? '';
    const part = await fetch(url, { headers: { range: 'bytes=990-', 'if-range': etag } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 990-999/1000');
    expect(Buffer.from(await part.arrayBuffer())).toEqual(thousand.subarray(990));
  });

  it('tells the size to whoever asks for bytes beyond it, and discloses nothing', async () => {
    const record = vi.fn(async () => {});
    const { url } = await given({}, { record });
    const beyond = await fetch(url, { headers: { range: 'bytes=1000-' } });
    expect(beyond.status).toBe(416);
    expect(headersOf(beyond)).toMatchObject({
      'content-range': 'bytes */1000',
      'content-type': expect.stringContaining('problem+json'),
    });
    expect(await typeOf(beyond)).toBe('urn:chappe:problem:range-not-satisfiable');
    expect(record).not.toHaveBeenCalled();
  });

  it('begins only when its disclosure is durable', async () => {
    const recorded = Promise.withResolvers<void>();
    const open = vi.fn(async () => Readable.from([thousand], { objectMode: false }));
    const { url } = await given({}, { record: () => recorded.promise, open });
    const response = fetch(url);
    await pause(200);
    expect(open).not.toHaveBeenCalled();
    recorded.resolve();
    expect(Buffer.from(await (await response).arrayBuffer())).toEqual(thousand);
  });

  it('is not given where the disclosure cannot be recorded', async () => {
    const open = vi.fn(async () => null);
    const record = async () => {
      throw Object.assign(new Error('no store'), { transient: true });
    };
    const { url } = await given({}, { record, open });
    const response = await fetch(url);
    expect(response.status).toBe(503);
    expect(headersOf(response)).toMatchObject(retryable);
    expect(open).not.toHaveBeenCalled();
  });

  it('is answered alike whether nothing may be had or the store lost it', async () => {
    const { url } = await given({}, { find: async () => null });
    const denied = await fetch(url);
    expect([denied.status, await typeOf(denied)]).toEqual([404, 'urn:chappe:problem:not-found']);
    expect(denied.headers.get('etag')).toBeNull();
    await started?.close();
    const lost = await fetch((await given({}, { open: async () => null })).url);
    expect([lost.status, await typeOf(lost)]).toEqual([404, 'urn:chappe:problem:not-found']);
    expect(lost.headers.get('content-disposition')).toBeNull();
  });
});

describe('the store', () => {
  it('that is away is said to be away', async () => {
    const open = async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { transient: true });
    };
    const response = await fetch((await given({}, { open })).url);
    expect(response.status).toBe(503);
    expect(headersOf(response)).toMatchObject(retryable);
    expect(response.headers.get('content-disposition')).toBeNull();
  });

  it('that fails before its first byte is away too', async () => {
    const open = async () =>
      new Readable({
        read() {
          this.destroy(Object.assign(new Error('reset'), { transient: true }));
        },
      });
    expect((await fetch((await given({}, { open })).url)).status).toBe(503);
  });

  it.each(['finds', 'opens', 'gives'])(
    'that never %s is waited for no longer than the bound',
    async (what) => {
      const never = new Promise<never>(() => {});
      const open = what === 'gives' ? async () => new Readable({ read() {} }) : () => never;
      const parts = what === 'finds' ? { find: () => never } : { open };
      const { url } = await given({ openTimeoutMs: 200 }, parts);
      const startedAtMs = performance.now();
      const response = await fetch(url);
      expect(response.status).toBe(503);
      expect(headersOf(response)).toMatchObject(retryable);
      expect(performance.now() - startedAtMs).toBeLessThan(3_000);
    },
  );

  it.each([
    ['fails in the middle', async () => Readable.from(failing(), { objectMode: false })],
    [
      'gives less than it announced',
      async () => Readable.from([thousand.subarray(1)], { objectMode: false }),
    ],
    ['gives more', async () => Readable.from([thousand, thousand], { objectMode: false })],
  ])('that %s is never taken for a whole answer', async (_, open) => {
    const { url } = await given({}, { open });
    const answer = await fetch(url).then(
      async (response) => ({ status: response.status, bytes: await bytesOrNothing(response) }),
      () => ({ status: 0, bytes: null }),
    );
    expect(answer).not.toMatchObject({ status: 200, bytes: expect.anything() });
  });
});

async function bytesOrNothing(response: Response): Promise<number | null> {
  return response.arrayBuffer().then(
    ({ byteLength }) => byteLength,
    () => null,
  );
}

async function* failing(): AsyncGenerator<Buffer> {
  yield thousand.subarray(0, 500);
  await pause(50);
  throw new Error('the disk is gone');
}

describe('a reader', () => {
  it('that never reads costs bounded memory, and is cut off', async () => {
    const { source, givenBytes } = endless();
    const { url, lines } = await given({ stallTimeoutMs: 400 }, { ...huge, open: async () => source });
    const socket = await neverRead(url);
    await expect.poll(() => source.destroyed, { timeout: 10_000 }).toBe(true);
    // What the kernel buffers on both sides of a loopback connection, and little more.
    expect(givenBytes()).toBeLessThan(16 * 1024 * 1024);
    expect(lines).toContainEqual(expect.objectContaining({ code: 'download-cut', reason: 'stalled' }));
    socket.destroy();
  });

  it('that reads slower than anybody should is cut off', async () => {
    const source = Readable.from(trickle(), { objectMode: false });
    const limits = { stallTimeoutMs: 200, minBytesPerS: 1_000_000 };
    const { url, lines } = await given(limits, { ...huge, open: async () => source });
    await expect(fetch(url).then((response) => response.arrayBuffer())).rejects.toThrow();
    expect(lines).toContainEqual(expect.objectContaining({ reason: 'too-slow' }));
  });

  it('whose rights are taken away is out in the middle of the file', async () => {
    const { source } = endless();
    let may = true;
    const { url, lines } = await given(
      { recheckMs: 100 },
      { ...huge, open: async () => source, mayGoOn: async () => may },
    );
    const response = await fetch(url);
    const reader = response.body?.getReader();
    await reader?.read();
    may = false;
    const takenAwayAtMs = performance.now();
    await expect(readOn(reader)).rejects.toThrow();
    expect(performance.now() - takenAwayAtMs).toBeLessThan(2_000);
    await expect.poll(() => source.destroyed).toBe(true);
    expect(lines).toContainEqual(expect.objectContaining({ reason: 'rights-changed' }));
  });

  it('of whom nobody can tell is out too', async () => {
    const { source } = endless();
    const mayGoOn = async () => {
      throw new Error('no database');
    };
    const { url } = await given({ recheckMs: 100 }, { ...huge, open: async () => source, mayGoOn });
    const response = await fetch(url);
    await expect(readOn(response.body?.getReader())).rejects.toThrow();
  });

  it('that goes away frees the store and its place', async () => {
    const sources: Readable[] = [];
    const open = async () => {
      const { source } = endless();
      sources.push(source);
      return source;
    };
    const { url } = await given({ maxPerSubject: 1 }, { ...huge, open });
    for (let round = 0; round < 3; round += 1) {
      const abort = new AbortController();
      const response = await fetch(url, { signal: abort.signal });
      await response.body?.getReader().read();
      expect((await fetch(url)).status).toBe(429);
      abort.abort();
      await expect.poll(() => sources[round]?.destroyed, { timeout: 5_000 }).toBe(true);
    }
    expect(sources).toHaveLength(3);
  });

  it('gets no more than its share, and all together no more than the replica has', async () => {
    const open = async () => endless().source;
    const { url } = await given({ maxPerSubject: 1, maxInAll: 2 }, { ...huge, open });
    const ask = (authorization: string) => fetch(url, { headers: { authorization } });
    const first = await ask('one');
    const again = await ask('one');
    expect([again.status, await typeOf(again)]).toEqual([429, 'urn:chappe:problem:rate-limited']);
    expect(headersOf(again)).toMatchObject(retryable);
    const second = await ask('two');
    const full = await ask('three');
    expect([full.status, await typeOf(full)]).toEqual([503, 'urn:chappe:problem:unavailable']);
    await Promise.all([first.body?.cancel(), second.body?.cancel()]);
    await expect.poll(async () => (await ask('three')).status, { timeout: 5_000 }).toBe(200);
  });

  it('gives its place back whatever the answer was', async () => {
    let finds = 0;
    const find = async () => {
      finds += 1;
      if (finds % 2 === 0) throw new Problem('attachment-refused');
      return null;
    };
    const { url } = await given({ maxPerSubject: 1, maxInAll: 1 }, { find });
    for (const expected of [404, 409, 404, 409, 404]) {
      const response = await fetch(url);
      expect(response.status).toBe(expected);
      await response.text();
    }
  });

  it('is let go when the service stops, and nobody begins any more', async () => {
    const open = async () => endless().source;
    const { url, downloads } = await given({}, { ...huge, open });
    const response = await fetch(url);
    const reader = response.body?.getReader();
    await reader?.read();
    downloads.stop();
    await expect(readOn(reader)).rejects.toThrow();
    expect((await fetch(url)).status).toBe(503);
  });
});

async function* trickle(): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.alloc(1_000);
    await pause(20);
  }
}

async function readOn(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  for (;;) {
    if ((await reader?.read())?.done !== false) return;
  }
}
