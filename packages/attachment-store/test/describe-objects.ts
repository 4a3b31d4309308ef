import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { AttachmentStoreUnavailable } from '../src/attachment.ts';
import type { ObjectStore } from '../src/objects/object-store.ts';
import { pdf, readAll, sha256Of } from './evidence.fixture.ts';

/** What every place for objects must do; run over a real directory and a real S3-compatible server. */
export function describeObjects(open: () => ObjectStore): void {
  const names = async (prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of open().list(prefix)) keys.push(key);
    return keys;
  };

  it('keeps what was made, and says that it exists', async () => {
    const objects = open();
    expect(await objects.create('a/one', Buffer.from('first'))).toBe('created');
    expect(await objects.create('a/one', Buffer.from('second'))).toBe('exists');
    expect((await objects.read('a/one', 100))?.toString()).toBe('first');
    expect(await objects.read('a/two', 100)).toBeNull();
    expect(await objects.open('a/two')).toBeNull();
  });

  it('keeps an empty object', async () => {
    await open().create('empty/one', Buffer.alloc(0));
    expect((await open().read('empty/one', 100))?.length).toBe(0);
    expect(await names('empty/')).toEqual(['empty/one']);
  });

  it('keeps a stream whole, and gives parts of it', async () => {
    const bytes = pdf(700_000);
    const outcome = await open().create('s/whole', {
      stream: Readable.from([bytes.subarray(0, 99), bytes.subarray(99)]),
      sizeBytes: bytes.length,
    });
    expect(outcome).toBe('created');
    const whole = await open().open('s/whole');
    expect(whole === null ? '' : sha256Of(await readAll(whole))).toBe(sha256Of(bytes));
    const part = await open().open('s/whole', { first: 98, last: 100_000 });
    expect(part === null ? null : (await readAll(part)).equals(bytes.subarray(98, 100_001))).toBe(true);
  });

  it('takes a stream for a key that is taken, and changes nothing', async () => {
    await open().create('s/taken', Buffer.from('first'));
    const stream = Readable.from([Buffer.from('other')]);
    expect(await open().create('s/taken', { stream, sizeBytes: 5 })).toBe('exists');
    expect((await open().read('s/taken', 100))?.toString()).toBe('first');
  });

  it('leaves nothing of a stream that fails, and says why it failed', async () => {
    const failing = Readable.from(
      (async function* () {
        yield pdf(200_000);
        throw new Error('the source is broken');
      })(),
    );
    await expect(open().create('s/failed', { stream: failing, sizeBytes: 400_000 })).rejects.toThrow(
      'the source is broken',
    );
    expect(await open().read('s/failed', 1_000_000)).toBeNull();
  });

  it('leaves nothing of a stream that is shorter than announced', async () => {
    const stream = Readable.from([pdf(100_000)]);
    await expect(open().create('s/short', { stream, sizeBytes: 100_001 })).rejects.toThrow();
    expect(await open().read('s/short', 1_000_000)).toBeNull();
  });

  it('lets one of many writers of a key win', async () => {
    const writers = Array.from({ length: 8 }, (_, index) =>
      open().create('race/one', Buffer.from(`writer ${index}`)),
    );
    const outcomes = await Promise.all(writers);
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    const winner = outcomes.indexOf('created');
    expect((await open().read('race/one', 100))?.toString()).toBe(`writer ${winner}`);
  });

  it('lists below a prefix, in order, with sizes and times', async () => {
    const before = Date.now() - 60_000;
    for (const key of ['l/b/2', 'l/b/10', 'l/b.c', 'l/a', 'lx/a']) await open().create(key, Buffer.from(key));
    expect(await names('l/')).toEqual(['l/a', 'l/b.c', 'l/b/10', 'l/b/2']);
    expect(await names('nothing/')).toEqual([]);
    for await (const { key, sizeBytes, modifiedAtMs } of open().list('l/b/')) {
      expect(sizeBytes).toBe(key.length);
      expect(modifiedAtMs).toBeGreaterThan(before);
    }
  });

  it('lists more than a page', async () => {
    const keys = Array.from({ length: 1_050 }, (_, index) => `pages/${String(index).padStart(5, '0')}`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => open().create(key, Buffer.alloc(0))));
    }
    expect(await names('pages/')).toEqual(keys);
  });

  it('removes, also what is not there', async () => {
    await open().create('r/a/b/one', Buffer.from('x'));
    await open().remove('r/a/b/one');
    await open().remove('r/a/b/one');
    await open().remove('r/never');
    expect(await names('r/')).toEqual([]);
    expect(await open().create('r/a/b/one', Buffer.from('again'))).toBe('created');
  });

  it('refuses to read a small object that is large', async () => {
    await open().create('big/one', pdf(20_000));
    await expect(open().read('big/one', 16_384)).rejects.toBeInstanceOf(AttachmentStoreUnavailable);
  });

  it('says that it can be read', async () => {
    await expect(open().check()).resolves.toBeUndefined();
  });
}
