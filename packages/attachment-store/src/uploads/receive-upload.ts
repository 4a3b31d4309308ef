import type { Readable } from 'node:stream';
import { AttachmentStoreFull } from '../attachment.ts';
import { judgeMediaType, leadingBytes } from '../judge-media-type.ts';
import { segmentFolder, segmentName } from '../layout.ts';
import { type CollectedEnd, collectSegments, type Interruption } from './collect-segments.ts';
import { endUpload, type FinishPorts, finishUpload, readSegments, SegmentGone } from './finish-upload.ts';
import type { UploadBounds } from './upload-bounds.ts';
import type { ContentRefusal, UploadRecord } from './upload-record.ts';
import { ContentRefused } from './verify-content.ts';

/** The fate of one transfer. */
export type ReceiveOutcome =
  /** Stored up to here; `isComplete` when the whole was judged right and is kept. */
  | { readonly status: 'received'; readonly offset: number; readonly isComplete: boolean }
  /** Broken off; what came before is stored up to here. */
  | { readonly status: 'interrupted'; readonly offset: number; readonly cause: Interruption }
  | { readonly status: 'absent' }
  /** The bytes do not begin where the stored ones end. */
  | { readonly status: 'offset-differs'; readonly offset: number }
  | { readonly status: 'too-long' }
  /** Another transfer of this upload is under way and does not end. */
  | { readonly status: 'locked' }
  /** Too many transfers are under way. */
  | { readonly status: 'busy' }
  /** So many pieces that the upload has to begin anew. */
  | { readonly status: 'too-many-pieces' }
  | { readonly status: 'refused'; readonly refusal: ContentRefusal };

/** Receives bytes for an upload that is there and that nobody else in this process writes to. */
export async function receiveUpload(
  ports: FinishPorts,
  bounds: UploadBounds,
  upload: { readonly uploadId: string; readonly record: UploadRecord },
  transfer: { readonly offset: number; readonly content: Readable; readonly signal: AbortSignal },
): Promise<ReceiveOutcome> {
  const { objects } = ports;
  const { uploadId, record } = upload;
  const { uploader } = record;
  const before = await readSegments(objects, uploader, uploadId);
  if (before.offset !== transfer.offset) return { status: 'offset-differs', offset: before.offset };
  if (before.segments.length >= bounds.mostSegments) return { status: 'too-many-pieces' };
  const segments = [...before.segments];
  let stored = before.offset;
  try {
    const end = await collectSegments({
      content: transfer.content,
      offset: stored,
      sizeBytes: record.sizeBytes,
      segmentBytes: bounds.segmentBytes,
      segmentAgeMs: bounds.segmentAgeMs,
      idleTimeoutMs: bounds.idleTimeoutMs,
      signal: transfer.signal,
      async store(offset, bytes) {
        if (offset === 0) refuseEarly(record, bytes, ports.allowedMediaTypes);
        await assertSomeRoom(ports, bounds);
        const key = `${segmentFolder(uploader, uploadId)}${segmentName(offset)}`;
        if ((await objects.create(key, bytes)) === 'exists') return false;
        segments.push({ key, sizeBytes: bytes.length });
        stored += bytes.length;
        return true;
      },
    });
    return await outcomeOf(end);
  } catch (error) {
    if (error instanceof SegmentGone) return await overtaken();
    if (!(error instanceof ContentRefused)) throw error;
    // The first bytes already say no: nothing of it is worth a bad link's time.
    return await refused(error.refusal);
  }

  async function outcomeOf(end: CollectedEnd): Promise<ReceiveOutcome> {
    switch (end.status) {
      case 'complete': {
        const refusal = await finishUpload(ports, uploadId, record, { segments, tail: end.tail });
        return refusal === null
          ? { status: 'received', offset: record.sizeBytes, isComplete: true }
          : { status: 'refused', refusal };
      }
      case 'paused':
        return { status: 'received', offset: stored, isComplete: false };
      case 'interrupted':
        return { status: 'interrupted', offset: stored, cause: end.cause };
      case 'too-long':
        return { status: 'too-long' };
      case 'overtaken':
        return await overtaken();
    }
  }

  async function overtaken(): Promise<ReceiveOutcome> {
    return { status: 'offset-differs', offset: (await readSegments(objects, uploader, uploadId)).offset };
  }

  async function refused(refusal: ContentRefusal): Promise<ReceiveOutcome> {
    await endUpload(objects, uploadId, record, { segments, refusal });
    return { status: 'refused', refusal };
  }
}

/** A type that the first bytes deny is refused before the rest is sent. */
function refuseEarly(record: UploadRecord, bytes: Buffer, allowed: readonly string[]): void {
  if (bytes.length < leadingBytes) return;
  const refusal = judgeMediaType(record.mediaType, bytes.subarray(0, leadingBytes), allowed);
  if (refusal !== null) throw new ContentRefused(refusal);
}

async function assertSomeRoom({ objects }: FinishPorts, { minFreeBytes }: UploadBounds): Promise<void> {
  const free = await objects.freeBytes();
  if (free !== null && free < minFreeBytes) throw new AttachmentStoreFull();
}
