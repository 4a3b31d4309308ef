import { Readable } from 'node:stream';
import type { AttachmentRecord } from '../attachment-record.ts';
import {
  doneKey,
  entryName,
  folders,
  type Generation,
  generationFolder,
  segmentFolder,
  uploaderKey,
  uploadKey,
} from '../layout.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { type ContentRefusal, type DoneRecord, recordBytes, type UploadRecord } from './upload-record.ts';
import { ContentRefused, verifiedContent } from './verify-content.ts';

/** What finishing an upload needs. */
export interface FinishPorts {
  readonly objects: ObjectStore;
  readonly nowMs: () => number;
  readonly scanRequired: boolean;
  readonly allowedMediaTypes: readonly string[];
}

/** A stored part of an upload. */
export interface StoredSegment {
  readonly key: string;
  readonly sizeBytes: number;
}

/**
 * Keeps an upload of which all bytes are here: reads them back, judges them, and commits them. Every step can be
 * repeated, by this process or another, since the copy is named after the upload: what a crash left is taken up by
 * whoever sends the last bytes again.
 */
export async function finishUpload(
  ports: FinishPorts,
  uploadId: string,
  upload: UploadRecord,
  parts: { readonly segments: readonly StoredSegment[]; readonly tail: Buffer },
): Promise<ContentRefusal | null> {
  const { objects } = ports;
  const copy: Generation = {
    uploaderKey: uploaderKey(upload.uploader),
    sha256: upload.sha256,
    generation: uploadId,
  };
  let refusal: ContentRefusal | null = null;
  try {
    await commit(ports, copy, upload, parts);
  } catch (error) {
    if (!(error instanceof ContentRefused)) throw error;
    refusal = error.refusal;
    await objects.remove(`${folders.fresh}${entryName(copy)}`);
  }
  await endUpload(objects, uploadId, upload, { segments: parts.segments, refusal });
  return refusal;
}

/** Notes how an upload ended, for a client that missed the answer, then forgets its bytes. */
export async function endUpload(
  objects: ObjectStore,
  uploadId: string,
  upload: UploadRecord,
  {
    segments,
    refusal,
  }: { readonly segments: readonly StoredSegment[]; readonly refusal: ContentRefusal | null },
): Promise<void> {
  const { sizeBytes, metadata, expiresAtMs, uploader } = upload;
  const outcome: DoneRecord = { sizeBytes, metadata, expiresAtMs, refusal };
  await objects.create(doneKey(uploader, uploadId), recordBytes(outcome));
  await removeUpload(objects, uploader, uploadId, segments);
}

/** Forgets an unfinished upload: first that there is one, then its bytes. */
export async function removeUpload(
  objects: ObjectStore,
  uploader: string,
  uploadId: string,
  segments: readonly StoredSegment[],
): Promise<void> {
  await objects.remove(uploadKey(uploader, uploadId));
  for (const { key } of segments) await objects.remove(key);
}

/** The bytes that an upload has so far, without a gap from the first one on. */
export async function readSegments(
  objects: ObjectStore,
  uploader: string,
  uploadId: string,
): Promise<{ segments: StoredSegment[]; offset: number }> {
  const folder = segmentFolder(uploader, uploadId);
  const segments: StoredSegment[] = [];
  let offset = 0;
  for await (const { key, sizeBytes } of objects.list(folder)) {
    if (Number(key.slice(folder.length)) !== offset) break;
    segments.push({ key, sizeBytes });
    offset += sizeBytes;
  }
  return { segments, offset };
}

async function commit(
  { objects, nowMs, scanRequired, allowedMediaTypes }: FinishPorts,
  copy: Generation,
  upload: UploadRecord,
  { segments, tail }: { readonly segments: readonly StoredSegment[]; readonly tail: Buffer },
): Promise<void> {
  // From here on sweeping knows of the copy, whatever becomes of it.
  await objects.create(`${folders.fresh}${entryName(copy)}`, Buffer.alloc(0));
  const folder = generationFolder(copy);
  const bytes = verifiedContent(partsOf(objects, segments, tail), upload, allowedMediaTypes);
  if (segments.length === 0) {
    const checked: Buffer[] = [];
    for await (const chunk of bytes) checked.push(chunk);
    await objects.create(`${folder}content`, Buffer.concat(checked));
  } else {
    const stream = Readable.from(bytes, { objectMode: false, highWaterMark: 1024 * 1024 });
    await objects.create(`${folder}content`, { stream, sizeBytes: upload.sizeBytes });
  }
  if (scanRequired) await objects.create(`${folders.pending}${entryName(copy)}`, Buffer.alloc(0));
  const record: AttachmentRecord = {
    uploader: upload.uploader,
    sha256: upload.sha256,
    sizeBytes: upload.sizeBytes,
    mediaType: upload.mediaType,
    storedAtMs: nowMs(),
    scanRequired,
  };
  await objects.create(`${folder}meta`, recordBytes(record));
}

async function* partsOf(
  objects: ObjectStore,
  segments: readonly StoredSegment[],
  tail: Buffer,
): AsyncGenerator<Buffer> {
  for (const { key } of segments) {
    const stream = await objects.open(key);
    // Taken away by somebody who finished or ended the same upload.
    if (stream === null) throw new SegmentGone();
    for await (const chunk of stream) yield Buffer.from(chunk);
  }
  if (tail.length > 0) yield tail;
}

/** A part of an upload vanished while it was put together. */
export class SegmentGone extends Error {
  override readonly name = 'SegmentGone';
  readonly code = 'SEGMENT_GONE';
}
