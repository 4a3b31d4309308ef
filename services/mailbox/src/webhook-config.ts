import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const milliseconds = (fallback: number, most: number) =>
  z.coerce.number().int().min(10).max(most).default(fallback);
const count = (fallback: number, most: number) => z.coerce.number().int().min(1).max(most).default(fallback);

/** A target that the operator lists although it is not public: a range of addresses, or a name. */
export type AllowedTarget =
  | { readonly kind: 'range'; readonly cidr: string }
  | { readonly kind: 'host'; readonly host: string };

/** From port to port, both included. */
export type PortRange = readonly [first: number, last: number];

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The settings of webhooks. */
export const webhookSettingsShape = {
  /** Seals the secrets of webhooks in the store; the same for all replicas, kept apart from the store's backups. */
  WEBHOOK_ENCRYPTION_KEY: z.string().min(32).optional(),
  /** The key before, while secrets sealed with it remain. */
  WEBHOOK_ENCRYPTION_KEY_PREVIOUS: z.string().min(32).optional(),
  /** Addresses, ranges (CIDR) and names that may be called although they are not public, separated by commas. */
  WEBHOOK_ALLOWED_TARGETS: z
    .string()
    .default('')
    .transform((text, context) => listed(text).flatMap((entry) => readTarget(entry, context))),
  /** Ports that may be called, as numbers or ranges, separated by commas. */
  WEBHOOK_ALLOWED_PORTS: z
    .string()
    .default('443,8443')
    .transform((text, context) => listed(text).flatMap((entry) => readPorts(entry, context))),
  /** For everything of one attempt: name, connection, TLS, request and answer. */
  WEBHOOK_TIMEOUT_MS: milliseconds(10_000, minuteMs),
  /** How late another replica's commit is seen. */
  WEBHOOK_POLL_MS: milliseconds(1_000, minuteMs),
  /** Pauses between attempts begin with this and triple. */
  WEBHOOK_RETRY_FIRST_MS: milliseconds(5_000, hourMs),
  WEBHOOK_RETRY_MOST_MS: milliseconds(4 * hourMs, 24 * hourMs),
  /** After this a delivery is given up, or its target paused if it took nothing. */
  WEBHOOK_RETRY_FOR_MS: milliseconds(72 * hourMs, 30 * 24 * hourMs),
  WEBHOOK_MAX_PER_CORRESPONDENT: count(10, 1_000),
  /** Webhooks that one replica sends to at the same time, and requests to each. */
  WEBHOOK_MAX_ACTIVE: count(16, 1_000),
  WEBHOOK_MAX_REQUESTS: count(4, 64),
  /** How long ended deliveries stay in the history. */
  WEBHOOK_HISTORY_DAYS: count(30, 3_650),
};

/** What production cannot do without: a text for the setting's name, or nothing to say. */
export function webhookProblem(settings: {
  readonly CHAPPE_PROFILE: string;
  readonly WEBHOOK_ENCRYPTION_KEY?: string | undefined;
}): { readonly path: ['WEBHOOK_ENCRYPTION_KEY']; readonly message: string } | undefined {
  if (settings.CHAPPE_PROFILE !== 'production' || settings.WEBHOOK_ENCRYPTION_KEY !== undefined)
    return undefined;
  return {
    path: ['WEBHOOK_ENCRYPTION_KEY'],
    message: 'is not set: the secrets of webhooks are sealed with it',
  };
}

function readTarget(entry: string, context: z.core.$RefinementCtx<string>): AllowedTarget[] {
  const cidr = entry.includes('/') ? entry : `${entry}/${entry.includes(':') ? 128 : 32}`;
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr) || ipaddr.IPv6.isValidCIDR(cidr))
    return [{ kind: 'range', cidr }];
  // A last label that begins with a digit would be read as an address in another form.
  if (/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?$/.test(entry))
    return [{ kind: 'host', host: entry }];
  context.addIssue({
    code: 'custom',
    message: 'must list addresses, ranges (CIDR) or names in lower case, separated by commas',
  });
  return [];
}

function readPorts(entry: string, context: z.core.$RefinementCtx<string>): PortRange[] {
  const [first = 0, last = first] = entry.split('-').map(Number);
  if (/^\d{1,5}(-\d{1,5})?$/.test(entry) && first >= 1 && last <= 65_535 && first <= last)
    return [[first, last]];
  context.addIssue({
    code: 'custom',
    message: 'must list ports or ranges such as 1024-2048, separated by commas',
  });
  return [];
}
