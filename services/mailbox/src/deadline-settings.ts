import { z } from 'zod';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const duration = (fallback: number) =>
  z.coerce
    .number()
    .int()
    .min(100)
    .max(366 * 24 * hour)
    .default(fallback);

/** The settings of deadlines, reminders and pages, as a raw zod shape. */
export const deadlineSettings = {
  /** Within which a person must have seen a flash before it is escalated. */
  FLASH_ACKNOWLEDGE_WITHIN_MS: duration(5 * minute),
  /** Within which somebody must have what came for action in charge. */
  TAKE_IN_CHARGE_FLASH_WITHIN_MS: duration(30 * minute),
  TAKE_IN_CHARGE_URGENT_WITHIN_MS: duration(8 * hour),
  TAKE_IN_CHARGE_ROUTINE_WITHIN_MS: duration(7 * 24 * hour),
  /** Within which a recall must have been complied with. */
  COMPLY_WITHIN_MS: duration(24 * hour),
  /** How often what is due is looked for. */
  DEADLINE_SWEEP_MS: z.coerce.number().int().min(50).max(60_000).default(1_000),
  /** How many deadlines one transaction fires. */
  DEADLINE_SWEEP_BATCH: z.coerce.number().int().min(1).max(1_000).default(100),
  /** How long one attempt to send may take, and for how long it is left alone if its process dies. */
  ERRAND_TIMEOUT_MS: z.coerce.number().int().min(500).max(60_000).default(15_000),
  /** Where reminders are posted to; production does not start without it. */
  INGEST_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** The mailbox's own client at the identity provider (`private_key_jwt`), with its private key as a JWK. */
  SERVICE_CLIENT_ID: z.string().min(1).optional(),
  SERVICE_CLIENT_KEY_FILE: z.string().min(1).optional(),
  /** The correspondent that the client acts for; the directory grants it the role `service`. */
  SERVICE_CORRESPONDENT: z
    .string()
    .regex(/^[a-z]+:[A-Za-z0-9-]+$/)
    .default('service:system'),
  /** Where pages go by mail: `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS. */
  PAGE_MAIL_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  PAGE_MAIL_FROM: z.email().optional(),
  /** Addresses, separated by commas. */
  PAGE_MAIL_TO: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(z.email()).min(1).max(20))
    .optional(),
  /** Where pages go as a signed request. */
  PAGE_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Shared with its receiver: `whsec_` and base64 (Standard Webhooks). */
  PAGE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional(),
};

const shape = z.object(deadlineSettings);

/** What the settings parse to. */
export type DeadlineConfig = z.output<typeof shape>;

interface Judged extends DeadlineConfig {
  readonly CHAPPE_PROFILE: 'production' | 'demonstration';
}

/** Says of each group of settings what is missing. */
export function judgeDeadlineSettings(
  config: Judged,
  complain: (name: string, message: string) => void,
): void {
  const together = (leader: keyof DeadlineConfig, ...others: readonly (keyof DeadlineConfig)[]): void => {
    for (const name of others) {
      if (config[leader] !== undefined && config[name] === undefined)
        complain(name, `is needed with ${leader}`);
    }
  };
  together('INGEST_URL', 'SERVICE_CLIENT_ID', 'SERVICE_CLIENT_KEY_FILE');
  together('PAGE_MAIL_URL', 'PAGE_MAIL_FROM', 'PAGE_MAIL_TO');
  together('PAGE_WEBHOOK_URL', 'PAGE_WEBHOOK_SECRET');
  // That its address is safe is judged with the other addresses, so that all faults are named at once.
  if (config.CHAPPE_PROFILE === 'production' && config.INGEST_URL === undefined) {
    complain('INGEST_URL', 'is not set: nobody would be reminded');
  }
}
