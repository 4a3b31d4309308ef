import {
  attachmentStoreProblems,
  attachmentStoreSettingsShape,
  defaultUploadBounds as bounds,
  defaultMediaTypes,
} from '@chappe/attachment-store';
import { z } from 'zod';

/** What the schema of a message allows. */
const mostBytes = 1_073_741_824;
const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);
const milliseconds = (fallback: number, max: number) =>
  z.coerce.number().int().min(10).max(max).default(fallback);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const mediaType = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/;
const list = z.string().transform((text) => text.split(',').map((part) => part.trim()));

/** The settings of ingest about attachments, as a raw zod shape. */
export const attachmentSettings = {
  ...attachmentStoreSettingsShape,
  /** Of one file. */
  ATTACHMENTS_MAX_BYTES: count(bounds.mostBytes, mostBytes),
  /** Media types that are taken, in place of the default list. */
  ATTACHMENTS_MEDIA_TYPES: list
    .refine((types) => types.every((type) => mediaType.test(type)), 'must be media types separated by commas')
    .optional(),
  ATTACHMENTS_OPEN_PER_CORRESPONDENT: count(bounds.openPerUploader, 1_000),
  ATTACHMENTS_OPEN: count(bounds.openInAll, 10_000),
  /** Announced bytes of a correspondent's unfinished uploads. */
  ATTACHMENTS_UNFINISHED_BYTES: count(bounds.unfinishedBytesPerUploader, Number.MAX_SAFE_INTEGER),
  /** Transfers at once in this process; each holds one segment in memory. */
  ATTACHMENTS_TRANSFERS: count(bounds.transfersInAll, 1_000),
  ATTACHMENTS_TRANSFERS_PER_CORRESPONDENT: count(bounds.transfersPerUploader, 1_000),
  ATTACHMENTS_SEGMENT_BYTES: z.coerce
    .number()
    .int()
    .min(4_096)
    .max(64 * 1024 * 1024)
    .default(bounds.segmentBytes),
  /** How old bytes may get in memory: what a crash costs a slow sender. */
  ATTACHMENTS_SEGMENT_AGE_MS: milliseconds(bounds.segmentAgeMs, 60_000),
  ATTACHMENTS_IDLE_TIMEOUT_MS: milliseconds(bounds.idleTimeoutMs, 300_000),
  /** Of one request; as long as an access token lives. */
  ATTACHMENTS_TRANSFER_TIMEOUT_MS: milliseconds(bounds.transferTimeoutMs, 300_000),
  /** After this an unfinished upload is swept. */
  ATTACHMENTS_UPLOAD_LIFETIME_HOURS: count(bounds.lifetimeMs / 3_600_000, 24 * 30),
  /** After this a file that no message names is swept. */
  ATTACHMENTS_KEEP_UNATTACHED_DAYS: count(bounds.keepUnattachedMs / 86_400_000, 365),
  /** Room on the disk that attachments leave alone. */
  ATTACHMENTS_MIN_FREE_BYTES: z.coerce.number().int().min(0).default(bounds.minFreeBytes),
  ATTACHMENTS_SWEEP_INTERVAL_MS: milliseconds(600_000, 86_400_000),
  /** For all attachments of one message, when it is accepted. */
  ATTACHMENTS_LOOKUP_TIMEOUT_MS: milliseconds(5_000, 30_000),
  ATTACHMENTS_SCAN: z.enum(['off', 'clamd']).default('off'),
  /** `host:port`, or the absolute path of clamd's socket. */
  ATTACHMENTS_CLAMD_ADDRESS: z
    .string()
    .regex(/^(\/.+|\S+:\d{1,5})$/)
    .optional(),
  ATTACHMENTS_SCAN_TIMEOUT_MS: milliseconds(120_000, 600_000),
  ATTACHMENTS_SCAN_INTERVAL_MS: milliseconds(30_000, 3_600_000),
  /** Whether a message may name a file that the scanner has not judged yet; readers get it only afterwards. */
  ATTACHMENTS_ACCEPT_UNSCANNED: flag.default(false),
};

/** What `attachmentSettings` parses to. */
export type AttachmentConfig = z.output<z.ZodObject<typeof attachmentSettings>>;

/** What is wrong with the settings taken together; for `superRefine`. */
export function attachmentProblems(
  config: AttachmentConfig & { readonly CHAPPE_PROFILE: string },
): { path: [string]; message: string }[] {
  const needsAddress = config.ATTACHMENTS_SCAN === 'clamd' && config.ATTACHMENTS_CLAMD_ADDRESS === undefined;
  return [
    ...attachmentStoreProblems(config),
    ...(needsAddress
      ? [
          {
            path: ['ATTACHMENTS_CLAMD_ADDRESS'] as [string],
            message: 'is needed with ATTACHMENTS_SCAN=clamd',
          },
        ]
      : []),
  ];
}

/** Media types that this deployment takes. */
export function mediaTypesOf(config: AttachmentConfig): readonly string[] {
  return config.ATTACHMENTS_MEDIA_TYPES ?? defaultMediaTypes;
}
