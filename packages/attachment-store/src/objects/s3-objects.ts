import { Readable } from 'node:stream';
import { AttachmentStoreUnavailable, type ReadOptions } from '../attachment.ts';
import type { S3Settings } from '../settings.ts';
import type { ListedObject, ObjectReader } from './object-store.ts';
import { createS3Connection, failureOf, isMissing, type S3Connection } from './s3-connection.ts';

/** Reads objects of a bucket; needs `s3:GetObject` and `s3:ListBucket`. */
export function openS3ObjectReader(settings: S3Settings): ObjectReader {
  return readObjects(createS3Connection(settings), settings.bucket);
}

/** The reading half over a given connection. */
export function readObjects(connection: S3Connection, bucket: string): ObjectReader {
  const get = async (key: string, range: string | undefined, options: ReadOptions | undefined) => {
    try {
      const answer = await connection.use((sdk, client) =>
        client.send(
          new sdk.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(range === undefined ? {} : { Range: range }),
          }),
          sendOptions(options),
        ),
      );
      if (!(answer.Body instanceof Readable)) throw new Error('an object came without a body');
      return { body: answer.Body, sizeBytes: answer.ContentLength };
    } catch (error) {
      if (isMissing(error)) return null;
      throw failureOf(error);
    }
  };
  return {
    list: (prefix, options) => listObjects(connection, bucket, prefix, options),
    async read(key, mostBytes, options) {
      const found = await get(key, undefined, options);
      if (found === null) return null;
      return await readAll(found.body, mostBytes);
    },
    async open(key, range, options) {
      const found = await get(
        key,
        range === undefined ? undefined : `bytes=${range.first}-${range.last}`,
        options,
      );
      return found?.body ?? null;
    },
    async check() {
      try {
        await connection.use((sdk, client) =>
          client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })),
        );
      } catch (error) {
        throw failureOf(error);
      }
    },
    close: connection.close,
  };
}

async function* listObjects(
  connection: S3Connection,
  bucket: string,
  prefix: string,
  options: ReadOptions | undefined,
): AsyncGenerator<ListedObject> {
  let next: string | undefined;
  do {
    const token = next;
    const page = await connection
      .use((sdk, client) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          sendOptions(options),
        ),
      )
      .catch((error: unknown) => {
        throw failureOf(error);
      });
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key !== undefined)
        yield { key: Key, sizeBytes: Size ?? 0, modifiedAtMs: LastModified?.getTime() ?? 0 };
    }
    next = page.NextContinuationToken;
  } while (next !== undefined);
}

async function readAll(body: Readable, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      const part: Buffer = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > mostBytes)
        throw new Error(`an object is larger than the ${mostBytes} bytes that it may have`);
      chunks.push(part);
    }
  } catch (error) {
    throw new AttachmentStoreUnavailable(error);
  }
  return Buffer.concat(chunks);
}

/** What the client takes beside a command. */
export function sendOptions(options: ReadOptions | undefined): { abortSignal?: AbortSignal } {
  return options?.signal === undefined ? {} : { abortSignal: options.signal };
}
