import { Readable } from 'node:stream';
import type { ReadOptions } from '../attachment.ts';
import type { S3Settings } from '../settings.ts';
import type { ObjectContent, ObjectStore } from './object-store.ts';
import { createS3Connection, failureOf, isMissing, type S3Connection, statusOf } from './s3-connection.ts';
import { readObjects, sendOptions } from './s3-objects.ts';

/**
 * Objects of a bucket; needs `s3:PutObject` and `s3:DeleteObject` besides reading. An object appears whole when its
 * PUT ends, and a PUT that is cut off leaves nothing, so no parts lie about that would have to be aborted: the
 * protocol takes 5 GiB at once, and an attachment has 1 GiB at most.
 */
export function openS3ObjectStore(settings: S3Settings): ObjectStore {
  const connection = createS3Connection(settings);
  const { bucket } = settings;
  return {
    ...readObjects(connection, bucket),
    async create(key, content, options) {
      try {
        return await put(connection, bucket, key, content, options);
      } catch (error) {
        if (!Buffer.isBuffer(content)) content.stream.destroy();
        throw error instanceof StreamFailed ? error.cause : failureOf(error);
      }
    },
    async remove(key) {
      try {
        await connection.use((sdk, client) =>
          client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key })),
        );
      } catch (error) {
        if (!isMissing(error)) throw failureOf(error);
      }
    },
    freeBytes: async () => null,
    removeLeftovers: async () => {},
  };
}

async function put(
  connection: S3Connection,
  bucket: string,
  key: string,
  content: ObjectContent,
  options: ReadOptions | undefined,
): Promise<'created' | 'exists'> {
  const cut = new AbortController();
  const body = Buffer.isBuffer(content) ? content : Readable.from(exactly(content), { objectMode: false });
  // The client waits for bytes for ever when the stream that it sends fails.
  if (body instanceof Readable) body.once('error', (error) => cut.abort(error));
  const signal = options?.signal === undefined ? cut.signal : AbortSignal.any([options.signal, cut.signal]);
  try {
    await connection.use((sdk, client) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentLength: Buffer.isBuffer(content) ? content.length : content.sizeBytes,
          ContentType: 'application/octet-stream',
          IfNoneMatch: '*',
        }),
        sendOptions({ signal }),
      ),
    );
    return 'created';
  } catch (error) {
    const cause = body instanceof Readable ? body.errored : null;
    if (body instanceof Readable) body.destroy();
    if (statusOf(error) === 412) return 'exists';
    // What the content's own stream failed with says more than the request that it cut off.
    if (cause !== null) throw new StreamFailed(cause);
    throw error;
  }
}

/** The content's own stream failed; `cause` is its error. */
class StreamFailed extends Error {
  override readonly name = 'StreamFailed';

  constructor(cause: Error) {
    super('a stream failed', { cause });
  }
}

async function* exactly({ stream, sizeBytes }: Exclude<ObjectContent, Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== sizeBytes) throw new Error('a stream ended before its announced length');
}
