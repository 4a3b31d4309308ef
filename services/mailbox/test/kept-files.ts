import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type AttachmentScanner,
  defaultMediaTypes,
  defaultUploadBounds,
  openAttachmentStore,
} from '@chappe/attachment-store';
import type { AttachmentJson } from '@chappe/schemas';

/** The beginning by which a PNG is known; what follows is invented. */
const pngHead = Buffer.from('89504e470d0a1a0a', 'hex');

/** Bytes that look like a picture and are none. */
export function anInventedPicture(sizeBytes: number): Buffer {
  return Buffer.concat([pngHead, randomBytes(sizeBytes - pngHead.length)]);
}

/** Keeps a file as ingest does for an uploader, and says how a message names it. */
export async function keepFile(
  directory: string,
  uploader: string,
  content: Buffer,
  options: { readonly fileName?: string; readonly scanner?: AttachmentScanner } = {},
): Promise<AttachmentJson> {
  const store = openAttachmentStore(
    { store: 'disk', directory },
    {
      bounds: { ...defaultUploadBounds, minFreeBytes: 0 },
      allowedMediaTypes: defaultMediaTypes,
      acceptUnscanned: true,
      scanner: options.scanner ?? null,
      scanObserver: { verdict() {}, failed() {} },
      nowMs: Date.now,
    },
  );
  try {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const mediaType = 'image/png';
    const file = { uploader, sha256, sizeBytes: content.length, mediaType };
    const created = await store.uploads.create({ ...file, metadata: '' });
    if (created.status !== 'created') throw new Error(created.status);
    const transfer = { offset: 0, content: Readable.from([content], { objectMode: false }) };
    const received = await store.uploads.receive(uploader, created.uploadId, transfer);
    if (received.status !== 'received' || !received.isComplete) throw new Error(received.status);
    await store.scan(new AbortController().signal);
    return { ...file, fileName: options.fileName ?? 'quay.png' };
  } finally {
    await store.close();
  }
}
