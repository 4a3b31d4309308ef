import { z } from 'zod';
import { AttachmentStoreUnavailable } from './attachment.ts';

/** The largest `meta`, upload or outcome; all of them are some hundred bytes. */
export const mostRecordBytes = 16 * 1024;

const meta = z.object({
  uploader: z.string(),
  sha256: z.string(),
  sizeBytes: z.number().int().min(0),
  mediaType: z.string(),
  storedAtMs: z.number().int(),
  scanRequired: z.boolean(),
});

/** What is written beside the bytes, last, and never changed. */
export type AttachmentRecord = z.infer<typeof meta>;

/** Reads a `meta`; a damaged one makes the file unavailable, not absent. */
export function parseAttachmentRecord(bytes: Buffer): AttachmentRecord {
  return parseRecord(meta, bytes);
}

/** Reads a record of the store. */
export function parseRecord<Shape extends z.ZodType>(shape: Shape, bytes: Buffer): z.output<Shape> {
  try {
    return shape.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw new AttachmentStoreUnavailable(error);
  }
}
