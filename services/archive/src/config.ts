import { attachmentStoreProblems, attachmentStoreSettingsShape } from '@chappe/attachment-store';
import { kafkaSettingsShape } from '@chappe/kafka';
import { postgresSettingsShape } from '@chappe/postgres';
import { baseSettings, downloadSettings } from '@chappe/service-kit';
import { z } from 'zod';

/** Every setting of the archive. */
export const archiveSettings = z
  .object({
    ...baseSettings,
    ...kafkaSettingsShape,
    ...postgresSettingsShape,
    /** A member that says nothing for this long loses its partitions to another. */
    SINK_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(300_000).default(10_000),
    ...attachmentStoreSettingsShape,
    ...downloadSettings,
  })
  .superRefine((config, context) => {
    for (const problem of attachmentStoreProblems(config)) context.addIssue({ code: 'custom', ...problem });
  });

/** The parsed settings. */
export type ArchiveConfig = z.output<typeof archiveSettings>;
