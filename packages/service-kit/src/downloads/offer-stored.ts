import type { Readable } from 'node:stream';
import { Problem } from '../problems/problem.ts';
import type { ByteRange } from './choose-range.ts';
import type { DownloadOffer } from './serve-downloads.ts';

/** Where files are kept, by who uploaded them and their SHA-256. */
export interface FileStore {
  find(id: StoredFileId, options: { readonly signal: AbortSignal }): Promise<StoredFile | null>;
  open(
    id: StoredFileId,
    range: ByteRange | undefined,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly content: Readable } | null>;
}

/** For a deployment without a store: nothing is there. */
export const noFiles: FileStore = { find: async () => null, open: async () => null };

/** What names a kept file. */
export interface StoredFileId {
  readonly uploader: string;
  readonly sha256: string;
}

/** What is kept of a file besides its bytes. */
export interface StoredFile {
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** What an examination of the bytes found. */
  readonly scan: 'NOT_REQUIRED' | 'PENDING' | 'CLEAN' | 'REFUSED';
}

const scanRetryAfterS = 30;

/**
 * What a reader may have of a file that its message names, or null where the store does not hold it. A harmful file is
 * given to nobody, and none before it was examined where that is required: only who may read the message learns this.
 */
export async function offerStored(
  store: FileStore,
  named: StoredFileId & { readonly fileName: string },
  options: Pick<DownloadOffer, 'record' | 'mayGoOn'> & {
    readonly scanRequired: boolean;
    readonly signal: AbortSignal;
  },
): Promise<DownloadOffer | null> {
  const { uploader, sha256, fileName } = named;
  const id = { uploader, sha256 };
  const stored = await store.find(id, options);
  if (stored === null) return null;
  if (stored.scan === 'REFUSED') throw new Problem('attachment-refused');
  if (stored.scan === 'PENDING' && options.scanRequired) {
    throw new Problem('attachment-not-scanned', { retryAfterS: scanRetryAfterS });
  }
  const { sizeBytes, mediaType } = stored;
  return {
    file: { fileName, mediaType, sizeBytes, sha256 },
    record: options.record,
    mayGoOn: options.mayGoOn,
    open: async (range, signal) => (await store.open(id, range, { signal }))?.content ?? null,
  };
}
