import { kafkaSettingsShape } from '@chappe/kafka';
import { baseSettings, redisSettings } from '@chappe/service-kit';
import { z } from 'zod';
import { attachmentProblems, attachmentSettings } from './attachment-config.ts';

const positive = z.coerce.number().int().min(1);

/** Every setting of ingest. */
export const ingestSettings = z
  .object({
    ...baseSettings,
    ...kafkaSettingsShape,
    ...redisSettings,
    /** Where the router answers; without it a dry run is not available. */
    ROUTER_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** Highest classification that this deployment may hold; refused above it before anything is stored. */
    CLASSIFICATION_CEILING: z.enum(['NOT_PROTECTED', 'RESTRICTED', 'SECRET']).default('RESTRICTED'),
    BODY_LIMIT_BYTES: positive.max(900_000).default(512 * 1024),
    BATCH_BODY_LIMIT_BYTES: positive.max(64 * 1024 * 1024).default(8 * 1024 * 1024),
    /** After this a sender is told to retry; it bounds, with the queue, what a broker's absence can pile up. */
    ACKNOWLEDGE_TIMEOUT_MS: positive.min(100).max(60_000).default(10_000),
    /** Bytes that may wait per lane. */
    QUEUE_LIMIT_BYTES: positive.min(1024 * 1024).default(16 * 1024 * 1024),
    /** Messages per second and correspondent, flash apart from the others; 0 sets no limit. */
    RATE_LIMIT_PER_SECOND: z.coerce.number().min(0).default(2_000),
    RATE_LIMIT_BURST: positive.default(20_000),
    /** Authenticates the entries in Redis; the same for all replicas. */
    SUBMISSION_CACHE_SECRET: z.string().min(16).optional(),
    SUBMISSION_CACHE_TTL_S: positive.default(24 * 60 * 60),
    SUBMISSION_CACHE_TIMEOUT_MS: positive.max(5_000).default(100),
    /** Retention in days; the deployment's own rules set them. */
    RETENTION_OPERATIONAL_DAYS: positive.default(1_825),
    RETENTION_OTHER_DAYS: positive.default(365),
    RETENTION_REHEARSAL_DAYS: positive.default(30),
    ...attachmentSettings,
  })
  .superRefine((settings, context) => {
    for (const problem of attachmentProblems(settings)) context.addIssue({ code: 'custom', ...problem });
  })
  .superRefine((settings, context) => {
    if (settings.CHAPPE_PROFILE !== 'production' || settings.REDIS_URL === undefined) return;
    if (settings.SUBMISSION_CACHE_SECRET !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['SUBMISSION_CACHE_SECRET'],
      message: 'is needed with REDIS_URL: entries there are believed only with it',
    });
  });

/** The configuration of ingest. */
export type IngestConfig = z.output<typeof ingestSettings>;
