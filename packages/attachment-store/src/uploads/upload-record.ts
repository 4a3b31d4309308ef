import { z } from 'zod';
import { parseRecord } from '../attachment-record.ts';

const upload = z.object({
  uploader: z.string(),
  sha256: z.string(),
  sizeBytes: z.number().int().min(0),
  mediaType: z.string(),
  /** What the client gave with the creation, to be told back to it. */
  metadata: z.string(),
  createdAtMs: z.number().int(),
  expiresAtMs: z.number().int(),
});

/** An upload as it was created; never changed. */
export type UploadRecord = z.infer<typeof upload>;

/** Why a whole file was not kept. */
export type ContentRefusal = 'digest-differs' | 'type-differs' | 'type-not-allowed' | 'executable';

const done = z.object({
  sizeBytes: z.number().int().min(0),
  metadata: z.string(),
  expiresAtMs: z.number().int(),
  refusal: z.enum(['digest-differs', 'type-differs', 'type-not-allowed', 'executable']).nullable(),
});

/** How an upload ended: kept, or refused and why. */
export type DoneRecord = z.infer<typeof done>;

/** Reads an upload's record. */
export function parseUploadRecord(bytes: Buffer): UploadRecord {
  return parseRecord(upload, bytes);
}

/** Reads how an upload ended. */
export function parseDoneRecord(bytes: Buffer): DoneRecord {
  return parseRecord(done, bytes);
}

/** A record as it is stored. */
export function recordBytes(record: object): Buffer {
  return Buffer.from(JSON.stringify(record));
}
