import {
  type AttachConditions,
  type AttachOutcome,
  attachFile,
  judgeAttachment,
  type NamedAttachment,
} from './attach-files.ts';
import type { AttachmentReader, ReadOptions } from './attachment.ts';
import { openDiskObjectStore } from './objects/disk-object-store.ts';
import type { ObjectStore } from './objects/object-store.ts';
import { openS3ObjectStore } from './objects/s3-object-store.ts';
import { createAttachmentReader } from './read-attachments.ts';
import type { AttachmentScanner } from './scan/attachment-scanner.ts';
import { type ScanObserver, scanPending } from './scan/scan-pending.ts';
import type { AttachmentStoreSettings } from './settings.ts';
import { type SweepReport, sweepAges, sweepStore } from './sweep-store.ts';
import { type AttachmentUploads, createAttachmentUploads } from './uploads/attachment-uploads.ts';
import type { UploadBounds } from './uploads/upload-bounds.ts';

/** The whole store, for the one service that writes. */
export interface AttachmentStore extends AttachmentReader {
  readonly uploads: AttachmentUploads;
  /** Whether a message may name a file; no effect. */
  judge(named: NamedAttachment, messageId: string, options?: ReadOptions): Promise<AttachOutcome>;
  /** Marks a file as named by a message, before the message is published. */
  attach(named: NamedAttachment, messageId: string, options?: ReadOptions): Promise<AttachOutcome>;
  /** Removes what expired. */
  sweep(signal?: AbortSignal): Promise<SweepReport>;
  /** Scans what waits; the number of those that still do. Nothing waits where no scanner is asked. */
  scan(signal: AbortSignal): Promise<number>;
}

/** How the store works. */
export interface AttachmentStoreOptions extends AttachConditions {
  readonly bounds: UploadBounds;
  readonly allowedMediaTypes: readonly string[];
  /** Null: nothing is scanned. */
  readonly scanner: AttachmentScanner | null;
  readonly scanObserver: ScanObserver;
  readonly nowMs: () => number;
}

/** Opens the store for writing; nothing is contacted before the first use. */
export function openAttachmentStore(
  settings: AttachmentStoreSettings,
  options: AttachmentStoreOptions,
): AttachmentStore {
  return createAttachmentStore(openObjectStore(settings), options);
}

/** The objects beneath, for what tests put between. */
export function openObjectStore(settings: AttachmentStoreSettings): ObjectStore {
  return settings.store === 'disk' ? openDiskObjectStore(settings.directory) : openS3ObjectStore(settings);
}

/** The store over given objects. */
export function createAttachmentStore(
  objects: ObjectStore,
  options: AttachmentStoreOptions,
): AttachmentStore {
  const { bounds, scanner, scanObserver, nowMs, allowedMediaTypes } = options;
  const uploads = createAttachmentUploads(
    { objects, nowMs, scanRequired: scanner !== null, allowedMediaTypes },
    bounds,
  );
  const reader = createAttachmentReader(objects);
  return {
    ...reader,
    uploads,
    judge: (named, messageId, read) => judgeAttachment(objects, named, messageId, options, read),
    attach: (named, messageId, read) => attachFile(objects, named, messageId, options, read),
    sweep: (signal) => sweepStore(objects, sweepAges(bounds), nowMs(), signal),
    scan: (signal) =>
      scanner === null
        ? Promise.resolve(0)
        : scanPending(objects, {
            scanner,
            observer: scanObserver,
            nowMs: nowMs(),
            forgetAfterMs: bounds.lifetimeMs,
            signal,
          }),
    async close() {
      await uploads.close();
      await objects.close();
    },
  };
}
