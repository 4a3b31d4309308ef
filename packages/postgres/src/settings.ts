import { z } from 'zod';

const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\/\S+$/.test(text);

/** The settings of a service's database, as a raw zod shape for its configuration. */
export const postgresSettingsShape = {
  POSTGRES_URL: z.string().refine(isPostgresUrl, 'must be a postgresql:// URL'),
  POSTGRES_POOL_MAX: z.coerce.number().int().min(1).max(100).default(10),
  POSTGRES_STATEMENT_TIMEOUT_MS: z.coerce.number().int().min(100).default(15_000),
  POSTGRES_LOCK_TIMEOUT_MS: z.coerce.number().int().min(50).default(5_000),
};
