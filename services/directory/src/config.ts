import { kafkaSettingsShape } from '@chappe/kafka';
import { postgresSettingsShape } from '@chappe/postgres';
import { baseSettings } from '@chappe/service-kit';
import { z } from 'zod';

/** Every setting of the directory. */
export const directorySettings = z.object({
  ...baseSettings,
  ...kafkaSettingsShape,
  ...postgresSettingsShape,
  /** Records of a release that are sent together; each group is acknowledged before the next is sent. */
  PUBLISH_GROUP_RECORDS: z.coerce.number().int().min(1).max(10_000).default(200),
  /** How long reading the directory's topic to its end may take. */
  TOPIC_READ_TIMEOUT_MS: z.coerce.number().int().min(500).max(120_000).default(30_000),
  /** How long to wait before publishing again what was not acknowledged. */
  PUBLISH_RETRY_MS: z.coerce.number().int().min(10).max(60_000).default(1_000),
  /** Proposals that may wait for a second person; whoever proposes more is told to have some decided. */
  MAX_OPEN_PROPOSALS: z.coerce.number().int().min(1).max(10_000).default(100),
});

/** The parsed settings. */
export type DirectoryConfig = z.output<typeof directorySettings>;
