import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ });

/** The settings that every service has. Spread into the service's own `z.object({ … })`. */
export const baseSettings = {
  /** Production unless demonstration is asked for. */
  CHAPPE_PROFILE: z.enum(['production', 'demonstration']).default('production'),
  HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free port. */
  HTTP_PORT: z.coerce.number().int().min(0).max(65535),
  /** The one origin that clients know. */
  PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')),
  OIDC_ISSUER: httpUrl,
  /** Default: from the issuer's discovery document. */
  OIDC_JWKS_URL: httpUrl.optional(),
  OIDC_AUDIENCE: z.string().min(1).default('urn:chappe:api'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  INSTANCE_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .default(() => randomUUID().slice(0, 8)),
  SHUTDOWN_TIMEOUT_MS: z.coerce.number().int().min(100).max(300_000).default(10_000),
};

/** The setting of a service that uses Redis when there is one. */
export const redisSettings = {
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
};

/** What `baseSettings` parses to. */
export type BaseSettings = z.output<z.ZodObject<typeof baseSettings>>;
