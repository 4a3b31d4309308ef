import { createHash } from 'node:crypto';
import { judgeMediaType, leadingBytes } from '../judge-media-type.ts';
import type { ContentRefusal, UploadRecord } from './upload-record.ts';

/** A whole file is not what its uploader said. */
export class ContentRefused extends Error {
  override readonly name = 'ContentRefused';
  readonly refusal: ContentRefusal;

  constructor(refusal: ContentRefusal) {
    super(`the content is refused: ${refusal}`);
    this.refusal = refusal;
  }
}

/**
 * Passes a file's bytes on and judges them as they pass. The last ones are held back until SHA-256, length and type
 * have been found right, so that whatever is written from here can only become whole if it is right; else it
 * throws ContentRefused.
 */
export async function* verifiedContent(
  bytes: AsyncIterable<Buffer>,
  announced: Pick<UploadRecord, 'sha256' | 'sizeBytes' | 'mediaType'>,
  allowedMediaTypes: readonly string[],
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let count = 0;
  let held: Buffer | undefined;
  for await (const chunk of bytes) {
    hash.update(chunk);
    count += chunk.length;
    if (head.length < leadingBytes)
      head = Buffer.concat([head, chunk.subarray(0, leadingBytes - head.length)]);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (count !== announced.sizeBytes || hash.digest('hex') !== announced.sha256) {
    throw new ContentRefused('digest-differs');
  }
  const refusal = judgeMediaType(announced.mediaType, head, allowedMediaTypes);
  if (refusal !== null) throw new ContentRefused(refusal);
  if (held !== undefined) yield held;
}
