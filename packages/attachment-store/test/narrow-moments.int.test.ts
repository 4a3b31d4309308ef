import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { openDiskObjectStore } from '../src/objects/disk-object-store.ts';
import type { ObjectStore } from '../src/objects/object-store.ts';
import { begun, kept, pdf, sha256Of, storeOver, uploader } from './evidence.fixture.ts';

const directory = mkdtempSync(`${tmpdir()}/chappe-moments-`);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('moments that only an unlucky process meets', () => {
  it('the sweeper announces a file just before it is attached: the message is refused, not the file lost', async () => {
    const objects = openDiskObjectStore(directory);
    const sweptMeanwhile: ObjectStore = {
      ...objects,
      async create(key, content, options) {
        const folder = key.slice(0, key.lastIndexOf('/'));
        if (key.includes('/attached.')) await objects.create(`${folder}/doomed`, Buffer.alloc(0));
        return await objects.create(key, content, options);
      },
    };
    const bytes = pdf(1_000);
    await kept(storeOver(objects), bytes);
    const named = { uploader, sha256: sha256Of(bytes), sizeBytes: 1_000, mediaType: 'application/pdf' };
    expect(await storeOver(sweptMeanwhile).attach(named, '019df000-0000-8000-8000-00000000000a')).toBe(
      'absent',
    );
  });

  it('the connection breaks after the last byte: the file is whole', async () => {
    const store = storeOver(openDiskObjectStore(directory));
    const bytes = pdf(50_000);
    const uploadId = await begun(store, bytes);
    const content = Readable.from(
      (async function* () {
        yield bytes;
        throw new Error('the connection broke');
      })(),
    );
    expect(await store.uploads.receive(uploader, uploadId, { offset: 0, content })).toMatchObject({
      isComplete: true,
    });
    expect(await store.find({ uploader, sha256: sha256Of(bytes) })).not.toBeNull();
  });
});
