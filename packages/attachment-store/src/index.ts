export type { AttachOutcome, NamedAttachment } from './attach-files.ts';
export {
  type AttachmentId,
  type AttachmentReader,
  AttachmentStoreFull,
  AttachmentStoreUnavailable,
  type ByteRange,
  type ReadOptions,
  type ScanState,
  type StoredAttachment,
} from './attachment.ts';
export { defaultMediaTypes } from './judge-media-type.ts';
export { openAttachmentReader } from './open-attachment-reader.ts';
export {
  type AttachmentStore,
  type AttachmentStoreOptions,
  openAttachmentStore,
} from './open-attachment-store.ts';
export { type AttachmentScanner, ScannerUnavailable, type ScanVerdict } from './scan/attachment-scanner.ts';
export { createClamdScanner } from './scan/clamd-scanner.ts';
export {
  AttachmentSettingsRefused,
  type AttachmentStoreEnvironment,
  type AttachmentStoreSettings,
  attachmentStoreProblems,
  attachmentStoreSettingsShape,
  readAttachmentStoreSettings,
} from './settings.ts';
export type { AttachmentUploads, UploadState } from './uploads/attachment-uploads.ts';
export type { CreateOutcome, UploadRequest } from './uploads/create-upload.ts';
export type { ReceiveOutcome } from './uploads/receive-upload.ts';
export { defaultUploadBounds, type UploadBounds } from './uploads/upload-bounds.ts';
export type { ContentRefusal } from './uploads/upload-record.ts';
