import type { S3Client } from '@aws-sdk/client-s3';
import { AttachmentStoreFull, AttachmentStoreUnavailable } from '../attachment.ts';
import type { S3Settings } from '../settings.ts';

/** The client's module and one client, loaded when first needed: it is large, and most deployments use a disk. */
export interface S3Connection {
  use<T>(work: (sdk: typeof import('@aws-sdk/client-s3'), client: S3Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const connectTimeoutMs = 3_000;
/** Silence on a connection; a large object may take longer as a whole. */
const idleTimeoutMs = 20_000;
const mostAttempts = 3;

const quiet = (): void => undefined;
/** Its own log would name keys; what fails is told by its error. */
const silent = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Prepares a connection to an S3-compatible server; nothing is contacted yet. */
export function createS3Connection(settings: S3Settings): S3Connection {
  let opened: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | undefined;
  const open = async () => {
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      region: settings.region,
      credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
      // Own servers seldom have a name per bucket.
      ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
      // Not every compatible server knows the newer checksums; ours is the SHA-256 of the whole.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: silent,
      maxAttempts: mostAttempts,
      requestHandler: { connectionTimeout: connectTimeoutMs, socketTimeout: idleTimeoutMs },
    });
    return { sdk, client };
  };
  return {
    async use(work) {
      opened ??= open();
      const { sdk, client } = await opened;
      return await work(sdk, client);
    },
    async close() {
      (await opened)?.client.destroy();
    },
  };
}

/** The HTTP status of a refusal; undefined when the server did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** Whether an object, or its bucket, is not there. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

const fullCodes: readonly string[] = [
  'InsufficientStorage',
  'QuotaExceeded',
  'XMinioStorageFull',
  'StorageFull',
];

/** What the server says becomes one of the two errors of the store. */
export function failureOf(error: unknown): Error {
  if (error instanceof AttachmentStoreUnavailable || error instanceof AttachmentStoreFull) return error;
  const isFull = statusOf(error) === 507 || (error instanceof Error && fullCodes.includes(error.name));
  return isFull ? new AttachmentStoreFull(error) : new AttachmentStoreUnavailable(error);
}
