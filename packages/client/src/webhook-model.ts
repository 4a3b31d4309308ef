import { isRecord } from './problem.ts';

/** Which new items a webhook is told of; what is absent does not narrow. */
export interface WebhookFilter {
  readonly lanes?: readonly string[];
  readonly kinds?: readonly string[];
  readonly roles?: readonly ('ACTION' | 'INFORMATION' | 'NOTICE')[];
}

/** What registers a webhook. */
export interface WebhookWishes {
  /** `https`, its host as it is understood. */
  readonly url: string;
  /** What the word of new items is used for; stands in the audit of every session. */
  readonly purpose: string;
  /** `v1`, HMAC-SHA256, unless given; `v1a`, Ed25519. */
  readonly signature?: 'v1' | 'v1a';
  readonly filter?: WebhookFilter;
  /** The number of the inbox after which it begins; by default with what comes. */
  readonly since?: number;
}

/** A webhook as its correspondent sees it. */
export interface Webhook {
  readonly webhookId: string;
  /** Counts what people change about it. */
  readonly version: number;
  readonly url: string;
  readonly purpose: string;
  readonly signature: string;
  readonly filter: WebhookFilter;
  readonly state: 'UNVERIFIED' | 'ACTIVE' | 'PAUSED';
  /** FAILING: it took nothing for three days; GONE: it answered 410. */
  readonly pausedBecause?: 'OWNER' | 'FAILING' | 'GONE';
  readonly stateSince: string;
  readonly registeredBy: { readonly kind: string; readonly id: string; readonly you: boolean };
  readonly createdAt: string;
  /** Items up to this number were looked at. */
  readonly position: number;
  /** Items that wait to be taken. */
  readonly pending: number;
  readonly failingSince?: string;
  readonly lastSuccessAt?: string;
  readonly secrets: readonly {
    readonly version: number;
    readonly createdAt: string;
    readonly expiresAt?: string;
  }[];
}

/** A secret in the one answer that shows it. */
export interface WebhookSecret {
  readonly version: number;
  /** `whsec_…`, or the public key `whpk_…`. */
  readonly value: string;
}

/** What came of one request to a target. */
export interface WebhookAttempt {
  /** `delivered`, or a code of why not. */
  readonly outcome: string;
  readonly httpStatus: number | null;
  readonly durationMs: number;
}

/** What became of one item at one webhook. */
export interface WebhookDelivery {
  /** Of the inbox. */
  readonly number: number;
  readonly webhookMessageId: string;
  readonly lane: string;
  readonly state: 'PENDING' | 'DELIVERED' | 'FAILED';
  readonly attemptCount: number;
  readonly nextAttemptAt?: string;
  /** The latest ones, in their order. */
  readonly attempts: readonly (WebhookAttempt & { readonly attempt: number; readonly at: string })[];
}

/** Whether a value is a webhook. */
export function isWebhook(value: unknown): value is Webhook {
  return (
    isRecord(value) &&
    ['webhookId', 'url', 'state'].every((name) => typeof value[name] === 'string') &&
    typeof value.version === 'number' &&
    isRecord(value.registeredBy)
  );
}

/** Whether a value is a secret that is shown. */
export function isWebhookSecret(value: unknown): value is WebhookSecret {
  return isRecord(value) && typeof value.value === 'string' && typeof value.version === 'number';
}

/** Whether a value says what came of a request. */
export function isWebhookAttempt(value: unknown): value is WebhookAttempt {
  return isRecord(value) && typeof value.outcome === 'string' && typeof value.durationMs === 'number';
}

/** Whether a value is an entry of a history. */
export function isWebhookDelivery(value: unknown): value is WebhookDelivery {
  return isRecord(value) && typeof value.number === 'number' && Array.isArray(value.attempts);
}
