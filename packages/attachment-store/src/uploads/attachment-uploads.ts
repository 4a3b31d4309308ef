import type { Readable } from 'node:stream';
import { mostRecordBytes } from '../attachment-record.ts';
import { doneKey, isUploadId, segmentFolder, uploadKey } from '../layout.ts';
import { type CreateOutcome, createUpload, type UploadRequest } from './create-upload.ts';
import { type FinishPorts, readSegments, removeUpload } from './finish-upload.ts';
import { type ReceiveOutcome, receiveUpload } from './receive-upload.ts';
import { createTransferSlots } from './transfer-slots.ts';
import type { UploadBounds } from './upload-bounds.ts';
import {
  type ContentRefusal,
  parseDoneRecord,
  parseUploadRecord,
  type UploadRecord,
} from './upload-record.ts';

/** An upload as its client is told of it. */
export interface UploadState {
  readonly sizeBytes: number;
  /** How many bytes are surely stored. */
  readonly offset: number;
  readonly metadata: string;
  readonly expiresAtMs: number;
  /** Set when the whole was refused. */
  readonly refusal: ContentRefusal | null;
}

/** Resumable uploads. An id under which this uploader has none is absent, whoever else has one. */
export interface AttachmentUploads {
  create(request: UploadRequest): Promise<CreateOutcome>;
  /** `locked` while the last bytes are being judged. */
  state(uploader: string, uploadId: string): Promise<UploadState | 'locked' | null>;
  /** Stores what comes, from `offset` on; the caller's stream is left to the caller. */
  receive(
    uploader: string,
    uploadId: string,
    transfer: { readonly offset: number; readonly content: Readable },
  ): Promise<ReceiveOutcome>;
  /** Gives an upload up; false when there is none. A finished file is not touched. */
  terminate(uploader: string, uploadId: string): Promise<boolean | 'locked'>;
  /** Transfers that run in this process. */
  running(): number;
  /** Ends what runs; what came so far is stored. */
  close(): Promise<void>;
}

/** Opens uploads over the objects. */
export function createAttachmentUploads(ports: FinishPorts, bounds: UploadBounds): AttachmentUploads {
  const { objects, nowMs } = ports;
  const slots = createTransferSlots({
    perUploader: bounds.transfersPerUploader,
    inAll: bounds.transfersInAll,
  });
  let creations: Promise<unknown> = Promise.resolve();

  async function readUpload(uploader: string, uploadId: string): Promise<UploadRecord | null> {
    if (!isUploadId(uploadId)) return null;
    const bytes = await objects.read(uploadKey(uploader, uploadId), mostRecordBytes);
    if (bytes === null) return null;
    const record = parseUploadRecord(bytes);
    return record.uploader === uploader && record.expiresAtMs > nowMs() ? record : null;
  }

  async function readDone(uploader: string, uploadId: string): Promise<UploadState | null> {
    if (!isUploadId(uploadId)) return null;
    const bytes = await objects.read(doneKey(uploader, uploadId), mostRecordBytes);
    if (bytes === null) return null;
    const { sizeBytes, metadata, expiresAtMs, refusal } = parseDoneRecord(bytes);
    if (expiresAtMs <= nowMs()) return null;
    return { sizeBytes, offset: refusal === null ? sizeBytes : 0, metadata, expiresAtMs, refusal };
  }

  async function receiveAlone(
    uploader: string,
    uploadId: string,
    transfer: { readonly offset: number; readonly content: Readable; readonly signal: AbortSignal },
  ): Promise<ReceiveOutcome> {
    const record = await readUpload(uploader, uploadId);
    if (record !== null) return await receiveUpload(ports, bounds, { uploadId, record }, transfer);
    const done = await readDone(uploader, uploadId);
    if (done === null) return { status: 'absent' };
    if (done.refusal !== null) return { status: 'refused', refusal: done.refusal };
    return transfer.offset === done.sizeBytes
      ? { status: 'received', offset: done.sizeBytes, isComplete: true }
      : { status: 'offset-differs', offset: done.sizeBytes };
  }

  return {
    create(request) {
      const created = creations.then(() => createUpload(objects, bounds, request, nowMs()));
      creations = created.catch(() => undefined); // Whoever asked for it is told.
      return created;
    },

    async state(uploader, uploadId) {
      if (!(await slots.quiesce(`${uploader} ${uploadId}`))) return 'locked';
      const record = await readUpload(uploader, uploadId);
      if (record === null) return await readDone(uploader, uploadId);
      const { offset } = await readSegments(objects, uploader, uploadId);
      const { sizeBytes, metadata, expiresAtMs } = record;
      return { sizeBytes, offset, metadata, expiresAtMs, refusal: null };
    },

    async receive(uploader, uploadId, transfer) {
      if (!isUploadId(uploadId)) return { status: 'absent' };
      const told = new AbortController();
      const slot = await slots.take(uploader, `${uploader} ${uploadId}`, (reason) => told.abort(reason));
      if (slot === 'locked' || slot === 'busy') return { status: slot };
      const lasting = setTimeout(() => told.abort('time-is-up'), bounds.transferTimeoutMs);
      try {
        return await receiveAlone(uploader, uploadId, { ...transfer, signal: told.signal });
      } finally {
        clearTimeout(lasting);
        slot.release();
      }
    },

    async terminate(uploader, uploadId) {
      if (!(await slots.quiesce(`${uploader} ${uploadId}`))) return 'locked';
      const record = await readUpload(uploader, uploadId);
      if (record === null) {
        const done = await readDone(uploader, uploadId);
        if (done === null) return false;
        await objects.remove(doneKey(uploader, uploadId));
        return true;
      }
      const keys: { key: string; sizeBytes: number }[] = [];
      for await (const { key, sizeBytes } of objects.list(segmentFolder(uploader, uploadId)))
        keys.push({ key, sizeBytes });
      await removeUpload(objects, uploader, uploadId, keys);
      return true;
    },

    running: slots.running,
    close: slots.drain,
  };
}
