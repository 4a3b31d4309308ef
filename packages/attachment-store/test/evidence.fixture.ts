import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../src/objects/object-store.ts';
import {
  type AttachmentStore,
  type AttachmentStoreOptions,
  createAttachmentStore,
} from '../src/open-attachment-store.ts';
import { defaultUploadBounds, type UploadBounds } from '../src/uploads/upload-bounds.ts';

/** The correspondent that uploads in the tests, and another one. */
export const uploader = 'post:DJ';
export const other = 'post:CI';

/** Bytes that begin as a PDF, and are different each time. */
export function pdf(sizeBytes: number): Buffer {
  const bytes = randomBytes(sizeBytes);
  bytes.write('%PDF-1.7\n', 0, 'latin1');
  return bytes;
}

/** Lower-case hexadecimal. */
export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A store over given objects, with small segments and no room kept free. */
export function storeOver(
  objects: ObjectStore,
  changes: Partial<Omit<AttachmentStoreOptions, 'bounds'>> & { bounds?: Partial<UploadBounds> } = {},
): AttachmentStore {
  const { bounds, ...rest } = changes;
  return createAttachmentStore(objects, {
    bounds: { ...defaultUploadBounds, segmentBytes: 32 * 1024, minFreeBytes: 0, ...bounds },
    allowedMediaTypes: ['application/pdf', 'text/plain'],
    acceptUnscanned: false,
    scanner: null,
    scanObserver: { verdict: () => undefined, failed: () => undefined },
    nowMs: Date.now,
    ...rest,
  });
}

/** What a client announces for these bytes. */
export function announcementOf(bytes: Buffer, changes: object = {}) {
  return {
    uploader,
    sha256: sha256Of(bytes),
    sizeBytes: bytes.length,
    mediaType: 'application/pdf',
    metadata: 'sha256 x,mediaType y',
    ...changes,
  };
}

/** Creates an upload that must be allowed. */
export async function begun(store: AttachmentStore, bytes: Buffer, changes: object = {}): Promise<string> {
  const outcome = await store.uploads.create(announcementOf(bytes, changes));
  if (outcome.status !== 'created') throw new Error(`not created: ${outcome.status}`);
  return outcome.uploadId;
}

/** Sends a part in one transfer. */
export function send(store: AttachmentStore, uploadId: string, bytes: Buffer, from = 0, to = bytes.length) {
  return store.uploads.receive(uploader, uploadId, {
    offset: from,
    content: Readable.from(inChunks(bytes.subarray(from, to))),
  });
}

/** Uploads a whole file in one transfer. */
export async function kept(store: AttachmentStore, bytes: Buffer, changes: object = {}): Promise<string> {
  const uploadId = await begun(store, bytes, changes);
  const outcome = await send(store, uploadId, bytes);
  if (outcome.status !== 'received' || !outcome.isComplete) throw new Error(`not kept: ${outcome.status}`);
  return sha256Of(bytes);
}

/** All bytes of a stream. */
export async function readAll(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function* inChunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 16_000) yield bytes.subarray(at, at + 16_000);
}
