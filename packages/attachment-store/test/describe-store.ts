import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folders, uploaderKey } from '../src/layout.ts';
import type { ObjectStore } from '../src/objects/object-store.ts';
import { createAttachmentReader } from '../src/read-attachments.ts';
import { sweepStore } from '../src/sweep-store.ts';
import {
  announcementOf,
  begun,
  kept,
  other,
  pdf,
  readAll,
  send,
  sha256Of,
  storeOver,
  uploader,
} from './evidence.fixture.ts';

const day = 86_400_000;
const messageId = '019df000-0000-8000-8000-00000000000a';
const ages = { uploadsMs: 3 * day, unattachedMs: 14 * day, doomedMs: 3_600_000, leftoversMs: day };

/** What a store must do over any objects. `open` gives the objects as one process has them. */
export function describeStore(open: () => ObjectStore): void {
  const named = (bytes: Buffer, changes: object = {}) => ({
    uploader,
    sha256: sha256Of(bytes),
    sizeBytes: bytes.length,
    mediaType: 'application/pdf',
    ...changes,
  });
  const allKeys = async (): Promise<string[]> => {
    const keys: string[] = [];
    for (const folder of Object.values(folders))
      for await (const { key } of open().list(folder)) keys.push(key);
    return keys;
  };

  describe('an upload', () => {
    it('is kept once its last byte is right, and then read, whole and in parts', async () => {
      const bytes = pdf(100_000);
      const store = storeOver(open());
      const sha256 = await kept(store, bytes);
      const reader = createAttachmentReader(open());
      const found = await reader.find({ uploader, sha256 });
      expect(found).toMatchObject({
        uploader,
        sha256,
        sizeBytes: 100_000,
        mediaType: 'application/pdf',
        scan: 'NOT_REQUIRED',
      });
      const opened = await reader.open({ uploader, sha256 }, { first: 10, last: 19 });
      expect(opened === null ? null : await readAll(opened.content)).toEqual(bytes.subarray(10, 20));
    });

    it('ends in the same bytes, wherever it broke off', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 150_000 }),
          fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
          async (sizeBytes, places) => {
            const bytes = pdf(Math.max(sizeBytes, 9));
            const cuts = places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b);
            const uploadId = await begun(storeOver(open()), bytes);
            for (const cut of cuts) {
              // Each time another process, which knows nothing but what is stored.
              const store = storeOver(open());
              const state = await store.uploads.state(uploader, uploadId);
              if (state === null || state === 'locked') throw new Error('the upload is gone');
              const content = brokenAfter(bytes.subarray(state.offset, Math.max(cut, state.offset)));
              const outcome = await store.uploads.receive(uploader, uploadId, {
                offset: state.offset,
                content,
              });
              expect(outcome).toEqual({
                status: 'interrupted',
                cause: 'broken',
                offset: Math.max(cut, state.offset),
              });
            }
            const last = storeOver(open());
            const state = await last.uploads.state(uploader, uploadId);
            if (state === null || state === 'locked') throw new Error('the upload is gone');
            expect(await send(last, uploadId, bytes, state.offset)).toMatchObject({ isComplete: true });
            const opened = await last.open({ uploader, sha256: sha256Of(bytes) });
            expect(opened === null ? '' : sha256Of(await readAll(opened.content))).toBe(sha256Of(bytes));
          },
        ),
        { numRuns: 12 },
      );
    });

    it('is told to have ended, to a client that missed the answer', async () => {
      const bytes = pdf(5_000);
      const store = storeOver(open());
      const uploadId = await begun(store, bytes);
      await send(store, uploadId, bytes);
      expect(await store.uploads.state(uploader, uploadId)).toMatchObject({
        offset: 5_000,
        sizeBytes: 5_000,
        refusal: null,
      });
      expect(await send(store, uploadId, bytes, 5_000)).toEqual({
        status: 'received',
        offset: 5_000,
        isComplete: true,
      });
      expect(await send(store, uploadId, bytes, 10)).toEqual({ status: 'offset-differs', offset: 5_000 });
    });

    it('may be empty', async () => {
      const store = storeOver(open());
      const sha256 = await kept(store, Buffer.alloc(0), { mediaType: 'text/plain' });
      expect(await store.find({ uploader, sha256 })).toMatchObject({ sizeBytes: 0 });
    });

    it.each([
      ['another digest', { sha256: 'a'.repeat(64) }, 'digest-differs'],
      ['another type', { mediaType: 'text/plain' }, 'type-differs'],
      ['a type that is not taken', { mediaType: 'text/html' }, 'type-not-allowed'],
    ])(
      'with %s is not kept, and leaves nothing but the note that says so',
      async (_what, changes, refusal) => {
        const store = storeOver(open());
        const bytes = pdf(90_000);
        const uploadId = await begun(store, bytes, changes);
        expect(await send(store, uploadId, bytes)).toEqual({ status: 'refused', refusal });
        expect(await store.uploads.state(uploader, uploadId)).toMatchObject({ refusal });
        expect(await store.find(announcementOf(bytes, changes))).toBeNull();
        expect((await allKeys()).filter((key) => key.includes(uploadId))).toEqual([
          `done/${uploaderKey(uploader)}/${uploadId}`,
        ]);
      },
    );

    it('that says less than it sends stores nothing of the request', async () => {
      const store = storeOver(open());
      const bytes = pdf(20_000);
      const uploadId = await begun(store, bytes, { sizeBytes: 10_000 });
      expect(await send(store, uploadId, bytes)).toEqual({ status: 'too-long' });
      expect(await store.uploads.state(uploader, uploadId)).toMatchObject({ offset: 0 });
    });

    it('is nothing to anybody else, nor is the file', async () => {
      const store = storeOver(open());
      const bytes = pdf(5_000);
      const uploadId = await begun(store, bytes);
      const absent = 'f'.repeat(32);
      for (const id of [uploadId, absent, '../../etc/passwd', '', 'x'.repeat(5_000), `${uploadId}/..`]) {
        expect(await store.uploads.state(other, id)).toBeNull();
        expect(await store.uploads.terminate(other, id)).toBe(false);
        const content = Readable.from([bytes]);
        expect(await store.uploads.receive(other, id, { offset: 0, content })).toEqual({ status: 'absent' });
      }
      await send(store, uploadId, bytes);
      for (const sha256 of [sha256Of(bytes), sha256Of(bytes).toUpperCase(), '../..', '']) {
        expect(await store.find({ uploader: other, sha256 })).toBeNull();
        expect(await store.judge({ ...named(bytes), uploader: other, sha256 }, messageId)).toBe('absent');
      }
    });

    it('can be given up', async () => {
      const store = storeOver(open());
      const bytes = pdf(100_000);
      const uploadId = await begun(store, bytes);
      await send(store, uploadId, bytes, 0, 70_000);
      expect(await store.uploads.terminate(uploader, uploadId)).toBe(true);
      expect(await store.uploads.terminate(uploader, uploadId)).toBe(false);
      expect(await store.uploads.state(uploader, uploadId)).toBeNull();
      expect((await allKeys()).filter((key) => key.includes(uploadId))).toEqual([]);
    });
  });

  describe('two senders of one upload', () => {
    it('at two replicas: one goes on, the other is told where the bytes end, and the whole is right', async () => {
      const bytes = pdf(120_000);
      const stores = [storeOver(open()), storeOver(open())];
      const [one = storeOver(open())] = stores;
      const uploadId = await begun(one, bytes);
      const outcomes = await Promise.all(stores.map((store) => send(store, uploadId, bytes)));
      expect(outcomes.some((outcome) => outcome.status === 'received' && outcome.isComplete)).toBe(true);
      for (const outcome of outcomes)
        expect(['received', 'offset-differs', 'absent']).toContain(outcome.status);
      const opened = await one.open({ uploader, sha256: sha256Of(bytes) });
      expect(opened === null ? '' : sha256Of(await readAll(opened.content))).toBe(sha256Of(bytes));
    });

    it('at one: the one that comes back goes on, and the former is told so', async () => {
      const bytes = pdf(60_000);
      const store = storeOver(open());
      const uploadId = await begun(store, bytes);
      const former = store.uploads.receive(uploader, uploadId, {
        offset: 0,
        content: silentAfter(bytes.subarray(0, 20_000)),
      });
      await sleep(100);
      const state = await store.uploads.state(uploader, uploadId);
      expect(state).toMatchObject({ offset: 20_000 });
      expect(await former).toEqual({ status: 'interrupted', cause: 'taken-over', offset: 20_000 });
      expect(await send(store, uploadId, bytes, 20_000)).toMatchObject({ isComplete: true });
    });
  });

  describe('bounds', () => {
    it('hold for sizes, open uploads and announced bytes', async () => {
      const store = storeOver(open(), {
        bounds: { mostBytes: 10_000, openPerUploader: 3, unfinishedBytesPerUploader: 20_000 },
      });
      const own = 'post:BOUNDS';
      const create = (sizeBytes: number) =>
        store.uploads.create({ ...announcementOf(pdf(10)), sizeBytes, uploader: own });
      expect(await create(10_001)).toEqual({ status: 'too-large' });
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => create(6_000)));
      expect(outcomes.map(({ status }) => status).sort()).toEqual([
        'created',
        'created',
        'created',
        'too-many',
        'too-many',
        'too-many',
      ]);
      expect(
        (
          await store.uploads.create({
            ...announcementOf(pdf(10)),
            uploader: 'post:BYTES',
            sizeBytes: 10_000,
          })
        ).status,
      ).toBe('created');
      expect(
        (
          await store.uploads.create({
            ...announcementOf(pdf(10)),
            uploader: 'post:BYTES',
            sizeBytes: 10_000,
          })
        ).status,
      ).toBe('created');
      expect(
        (await store.uploads.create({ ...announcementOf(pdf(10)), uploader: 'post:BYTES', sizeBytes: 1 }))
          .status,
      ).toBe('too-many');
    });

    it('hold for transfers at once', async () => {
      const store = storeOver(open(), { bounds: { transfersPerUploader: 2, idleTimeoutMs: 1_000 } });
      const bytes = pdf(50_000);
      const ids = [await begun(store, bytes), await begun(store, bytes), await begun(store, bytes)];
      const running = ids
        .slice(0, 2)
        .map((id) =>
          store.uploads.receive(uploader, id, { offset: 0, content: silentAfter(bytes.subarray(0, 100)) }),
        );
      await sleep(100);
      expect(await send(store, ids[2] ?? '', bytes)).toEqual({ status: 'busy' });
      expect((await Promise.all(running)).map(({ status }) => status)).toEqual([
        'interrupted',
        'interrupted',
      ]);
      expect(store.uploads.running()).toBe(0);
    });

    it('hold for a sender that falls silent, and what it sent remains', async () => {
      const store = storeOver(open(), { bounds: { idleTimeoutMs: 300 } });
      const bytes = pdf(50_000);
      const uploadId = await begun(store, bytes);
      const outcome = await store.uploads.receive(uploader, uploadId, {
        offset: 0,
        content: silentAfter(bytes.subarray(0, 1_000)),
      });
      expect(outcome).toEqual({ status: 'interrupted', cause: 'silent', offset: 1_000 });
    });

    it('store what a slow sender sent before long', async () => {
      const store = storeOver(open(), { bounds: { segmentAgeMs: 100, idleTimeoutMs: 5_000 } });
      const bytes = pdf(50_000);
      const uploadId = await begun(store, bytes);
      const content = silentAfter(bytes.subarray(0, 1_000));
      const running = store.uploads.receive(uploader, uploadId, { offset: 0, content });
      await sleep(400);
      // As another replica sees it, while the transfer goes on.
      expect(await storeOver(open()).uploads.state(uploader, uploadId)).toMatchObject({ offset: 1_000 });
      content.destroy();
      await running;
    });
  });

  describe('attaching', () => {
    it('asks for size and type as uploaded', async () => {
      const store = storeOver(open());
      const bytes = pdf(5_000);
      await kept(store, bytes);
      expect(await store.attach(named(bytes, { sizeBytes: 4_999 }), messageId)).toBe('differs');
      expect(await store.attach(named(bytes, { mediaType: 'text/plain' }), messageId)).toBe('differs');
      expect(await store.attach(named(bytes), messageId)).toBe('attachable');
      expect(await store.attach(named(bytes), messageId)).toBe('attachable');
      expect(await store.judge(named(pdf(10)), messageId)).toBe('absent');
    });

    it('keeps a file from sweeping for ever, while others go after their time', async () => {
      const store = storeOver(open());
      const [attached, lonely] = [pdf(5_000), pdf(6_000)];
      await kept(store, attached);
      await kept(store, lonely);
      await store.attach(named(attached), messageId);
      const later = Date.now() + 20 * day;
      await sweepStore(open(), ages, later);
      // Announced first: nobody can attach it any more, and it is still there.
      expect(await store.attach(named(lonely), messageId)).toBe('absent');
      expect(
        (await allKeys()).filter((key) => key.includes(sha256Of(lonely)) && key.endsWith('/content')),
      ).toHaveLength(1);
      expect((await sweepStore(open(), ages, later + 7_200_000)).files).toBeGreaterThanOrEqual(1);
      expect((await allKeys()).filter((key) => key.includes(sha256Of(lonely)))).toEqual([]);
      expect(await store.find({ uploader, sha256: sha256Of(attached) })).not.toBeNull();
      const again = storeOver(open());
      await kept(again, lonely);
      expect(await again.attach(named(lonely), messageId)).toBe('attachable');
    });

    it('is never undone by a sweep at the same moment', async () => {
      for (let round = 0; round < 8; round += 1) {
        const store = storeOver(open());
        const bytes = pdf(200);
        await kept(store, bytes);
        const later = Date.now() + 20 * day;
        const [outcome] = await Promise.all([
          store.attach(named(bytes), messageId),
          sweepStore(open(), ages, later),
        ]);
        await sweepStore(open(), ages, later + 7_200_000);
        const found = await store.find({ uploader, sha256: sha256Of(bytes) });
        if (outcome === 'attachable') expect(found).not.toBeNull();
        else expect(outcome).toBe('absent');
      }
    });

    it('sweeps unfinished uploads after their time, with their bytes', async () => {
      const store = storeOver(open());
      const bytes = pdf(90_000);
      const uploadId = await begun(store, bytes);
      await send(store, uploadId, bytes, 0, 80_000);
      await sweepStore(open(), ages, Date.now() + day);
      expect(await store.uploads.state(uploader, uploadId)).toMatchObject({ offset: 80_000 });
      await sweepStore(open(), ages, Date.now() + 4 * day);
      expect(await store.uploads.state(uploader, uploadId)).toBeNull();
      expect((await allKeys()).filter((key) => key.includes(uploadId))).toEqual([]);
    });
  });
}

/** Some bytes, then the connection breaks. */
function brokenAfter(bytes: Buffer): Readable {
  return Readable.from(
    (async function* () {
      if (bytes.length > 0) yield bytes;
      throw new Error('the connection broke');
    })(),
  );
}

/** Some bytes, then nothing more, and no end. */
function silentAfter(bytes: Buffer): Readable {
  const stream = new Readable({ read: () => undefined });
  stream.push(bytes);
  return stream;
}
