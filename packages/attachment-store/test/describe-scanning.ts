import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { entryName, folders, uploaderKey } from '../src/layout.ts';
import type { ObjectStore } from '../src/objects/object-store.ts';
import { ScannerUnavailable } from '../src/scan/attachment-scanner.ts';
import { kept, pdf, readAll, sha256Of, storeOver, uploader } from './evidence.fixture.ts';

const day = 86_400_000;
const messageId = '019df000-0000-8000-8000-00000000000a';

/** What becomes of a file while and after it is scanned, over any objects. */
export function describeScanning(open: () => ObjectStore): void {
  const named = (bytes: Buffer, changes: object = {}) => ({
    uploader,
    sha256: sha256Of(bytes),
    sizeBytes: bytes.length,
    mediaType: 'application/pdf',
    ...changes,
  });

  describe('scanning', () => {
    const refuses = (mark: string) => ({
      async scan(content: Readable) {
        return (await readAll(content)).includes(mark) ? ('REFUSED' as const) : ('CLEAN' as const);
      },
      check: async () => undefined,
    });

    it('holds a file back until there is a verdict, which stays with it', async () => {
      const failed: string[] = [];
      const scanObserver = { verdict: () => undefined, failed: (code: string) => void failed.push(code) };
      const away = {
        scan: async () => Promise.reject(new ScannerUnavailable('CONNECTION')),
        check: async () => undefined,
      };
      const bytes = pdf(5_000);
      const store = storeOver(open(), { scanner: away, scanObserver });
      await kept(store, bytes);
      expect(await store.find(named(bytes))).toMatchObject({ scan: 'PENDING' });
      expect(await store.attach(named(bytes), messageId)).toBe('scan-pending');
      expect(await store.scan(new AbortController().signal)).toBeGreaterThanOrEqual(1);
      expect(failed).toContain('CONNECTION');
      // After a restart, with a scanner that answers.
      const later = storeOver(open(), { scanner: refuses('never in it') });
      expect(await later.scan(new AbortController().signal)).toBe(0);
      expect(await later.find(named(bytes))).toMatchObject({ scan: 'CLEAN' });
      expect(await later.attach(named(bytes), messageId)).toBe('attachable');
    });

    it('refuses for good, for every copy, but not a message that was accepted before', async () => {
      const bytes = pdf(5_000);
      bytes.write('a planted mark', 100);
      const store = storeOver(open(), { scanner: refuses('a planted mark'), acceptUnscanned: true });
      await kept(store, bytes);
      expect(await store.attach(named(bytes), messageId)).toBe('attachable');
      await store.scan(new AbortController().signal);
      expect(await store.find(named(bytes))).toMatchObject({ scan: 'REFUSED' });
      expect(await store.attach(named(bytes), '019df000-0000-8000-8000-00000000000b')).toBe('scan-refused');
      expect(await store.attach(named(bytes), messageId)).toBe('attachable');
    });

    it('forgets what waits without a file', async () => {
      const stray = {
        uploaderKey: uploaderKey(uploader),
        sha256: 'b'.repeat(64),
        generation: 'c'.repeat(32),
      };
      await open().create(`${folders.pending}${entryName(stray)}`, Buffer.alloc(0));
      const store = storeOver(open(), { scanner: refuses('x'), nowMs: () => Date.now() + 4 * day });
      expect(await store.scan(new AbortController().signal)).toBe(0);
    });
  });
}
