import { randomBytes } from 'node:crypto';
import { AttachmentStoreFull } from '../attachment.ts';
import { mostRecordBytes } from '../attachment-record.ts';
import { folders, uploaderKey, uploadKey } from '../layout.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { UploadBounds } from './upload-bounds.ts';
import { parseUploadRecord, recordBytes, type UploadRecord } from './upload-record.ts';

/** What a client announces. */
export interface UploadRequest {
  readonly uploader: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Told back to the client as it is. */
  readonly metadata: string;
}

/** The fate of a creation. */
export type CreateOutcome =
  | { readonly status: 'created'; readonly uploadId: string; readonly expiresAtMs: number }
  | { readonly status: 'too-large' }
  /** The uploader, or all together, have too many unfinished. */
  | { readonly status: 'too-many' };

/**
 * Begins an upload, if its bounds allow. Counting and creating are one step in this process; replicas that create at
 * the same moment may together exceed a bound by one each.
 */
export async function createUpload(
  objects: ObjectStore,
  bounds: UploadBounds,
  request: UploadRequest,
  nowMs: number,
): Promise<CreateOutcome> {
  if (request.sizeBytes > bounds.mostBytes) return { status: 'too-large' };
  await assertRoom(objects, bounds, request.sizeBytes);
  if (!(await isWithinBounds(objects, bounds, request, nowMs))) return { status: 'too-many' };
  const uploadId = randomBytes(16).toString('hex');
  const record: UploadRecord = { ...request, createdAtMs: nowMs, expiresAtMs: nowMs + bounds.lifetimeMs };
  await objects.create(uploadKey(request.uploader, uploadId), recordBytes(record));
  return { status: 'created', uploadId, expiresAtMs: record.expiresAtMs };
}

/** While a file is put together, its segments and the whole exist side by side. */
export async function assertRoom(
  objects: ObjectStore,
  bounds: UploadBounds,
  neededBytes: number,
): Promise<void> {
  const free = await objects.freeBytes();
  if (free !== null && free - 2 * neededBytes < bounds.minFreeBytes) throw new AttachmentStoreFull();
}

async function isWithinBounds(
  objects: ObjectStore,
  bounds: UploadBounds,
  request: UploadRequest,
  nowMs: number,
): Promise<boolean> {
  const ownFolder = `${folders.uploads}${uploaderKey(request.uploader)}/`;
  const own: string[] = [];
  let inAll = 0;
  for await (const { key, modifiedAtMs } of objects.list(folders.uploads)) {
    // Expired ones wait for the sweeper, and for nobody else.
    if (modifiedAtMs + bounds.lifetimeMs < nowMs) continue;
    inAll += 1;
    if (key.startsWith(ownFolder)) own.push(key);
    if (inAll >= bounds.openInAll || own.length >= bounds.openPerUploader) return false;
  }
  const records = await Promise.all(own.map((key) => objects.read(key, mostRecordBytes)));
  const announced = records.reduce(
    (sum, bytes) => sum + (bytes === null ? 0 : parseUploadRecord(bytes).sizeBytes),
    0,
  );
  return announced + request.sizeBytes <= bounds.unfinishedBytesPerUploader;
}
