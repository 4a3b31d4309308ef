import { kafkaSettingsShape } from '@chappe/kafka';
import { postgresSettingsShape } from '@chappe/postgres';
import { baseSettings } from '@chappe/service-kit';
import { z } from 'zod';

/** Every setting of the archive. */
export const archiveSettings = z.object({
  ...baseSettings,
  ...kafkaSettingsShape,
  ...postgresSettingsShape,
});

/** The parsed settings. */
export type ArchiveConfig = z.output<typeof archiveSettings>;
