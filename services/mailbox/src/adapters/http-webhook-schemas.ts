import { lanes } from '@chappe/schemas';
import { Type } from 'typebox';
import type { WebhookDelivery } from './postgres-webhook-history.ts';
import type { Webhook } from './postgres-webhooks.ts';

const text = Type.String();
const time = Type.String({ format: 'date-time' });
const few = (pattern: string, description: string) =>
  Type.Optional(Type.Array(Type.String({ pattern }), { minItems: 1, maxItems: 20, description }));

const filterProperties = {
  lanes: few(`^(${lanes.join('|')})$`, 'Only these lanes'),
  kinds: few('^[A-Z_]{1,40}$', 'Only these kinds of message'),
  roles: few('^(ACTION|INFORMATION|NOTICE)$', 'Only what came in these roles'),
};
const filter = Type.Object(filterProperties, {
  additionalProperties: false,
  description: 'What is absent does not narrow',
});
const purpose = Type.String({
  minLength: 3,
  maxLength: 300,
  description: 'What the word of new items is used for; stands in the audit of every session',
});

const url = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description: 'https, with its host as it is understood',
});

/** What registers a webhook. */
export const webhookRequest = Type.Object(
  {
    url,
    purpose,
    signature: Type.Optional(
      Type.Union([Type.Literal('v1'), Type.Literal('v1a')], {
        default: 'v1',
        description: 'v1: HMAC-SHA256 with a common secret; v1a: Ed25519, the receiver holds a public key',
      }),
    ),
    filter: Type.Optional(filter),
    since: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'The number after which it begins; by default with what comes',
      }),
    ),
  },
  { additionalProperties: false },
);

/** What moves one to another address, which has to prove itself first. */
export const webhookAddress = Type.Object({ url }, { additionalProperties: false });

/** What changes one at once. */
export const webhookChange = Type.Object(
  {
    purpose: Type.Optional(purpose),
    filter: Type.Optional(filter),
    state: Type.Optional(Type.Union([Type.Literal('ACTIVE'), Type.Literal('PAUSED')])),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** What asks for a new secret. */
export const rotationRequest = Type.Object(
  {
    overlapS: Type.Integer({
      minimum: 0,
      maximum: 604_800,
      description: 'How long the old secret signs beside the new one, in seconds',
    }),
  },
  { additionalProperties: false },
);

/** One webhook. */
export const webhookSchema = Type.Object({
  webhookId: text,
  version: Type.Integer({ description: 'As in its `ETag`; counts what people change about it' }),
  url: text,
  purpose: text,
  signature: text,
  filter: Type.Object(filterProperties),
  state: Type.String({ description: 'UNVERIFIED, ACTIVE or PAUSED' }),
  pausedBecause: Type.Optional(
    Type.String({ description: 'OWNER; FAILING: it took nothing for three days; GONE: it answered 410' }),
  ),
  stateSince: time,
  registeredBy: Type.Object({ kind: text, id: text, you: Type.Boolean() }),
  createdAt: time,
  position: Type.Integer({ description: 'Items up to this number were looked at' }),
  pending: Type.Integer({ description: 'Items that wait to be taken' }),
  failingSince: Type.Optional(time),
  lastSuccessAt: Type.Optional(time),
  secrets: Type.Array(
    Type.Object({ version: Type.Integer(), createdAt: time, expiresAt: Type.Optional(time) }),
  ),
});

/** A secret in the one answer that shows it. */
export const shownSecretSchema = Type.Object({
  version: Type.Integer(),
  value: Type.String({ description: '`whsec_…`, or the public key `whpk_…`. Not shown again.' }),
});

/** What came of a request that was asked for by hand. */
export const attemptSchema = Type.Object({
  outcome: Type.String({ description: '`delivered`, or why not' }),
  httpStatus: Type.Union([Type.Integer(), Type.Null()]),
  durationMs: Type.Integer(),
});

/** One item of a history. */
export const webhookDeliverySchema = Type.Object({
  number: Type.Integer(),
  webhookMessageId: text,
  lane: text,
  state: Type.String({ description: 'PENDING, DELIVERED or FAILED' }),
  attemptCount: Type.Integer(),
  nextAttemptAt: Type.Optional(time),
  attempts: Type.Array(
    Type.Object({
      attempt: Type.Integer(),
      at: time,
      durationMs: Type.Integer(),
      outcome: text,
      httpStatus: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
});

/** A webhook as `webhookSchema` has it. */
export function webhookToJson(webhook: Webhook, readerId: string) {
  const { holder, pausedBecause, failingSinceMs, lastSuccessAtMs } = webhook;
  return {
    webhookId: webhook.webhookId,
    version: webhook.version,
    url: webhook.url,
    purpose: webhook.purpose,
    signature: webhook.signature,
    filter: {
      ...(webhook.filter.lanes === undefined ? {} : { lanes: [...webhook.filter.lanes] }),
      ...(webhook.filter.kinds === undefined ? {} : { kinds: [...webhook.filter.kinds] }),
      ...(webhook.filter.roles === undefined ? {} : { roles: [...webhook.filter.roles] }),
    },
    state: webhook.state,
    ...(pausedBecause === null ? {} : { pausedBecause }),
    stateSince: isoTime(webhook.stateSinceMs),
    registeredBy: { ...holder, you: holder.id === readerId },
    createdAt: isoTime(webhook.createdAtMs),
    position: webhook.scannedNumber,
    pending: webhook.pending,
    ...(failingSinceMs === null ? {} : { failingSince: isoTime(failingSinceMs) }),
    ...(lastSuccessAtMs === null ? {} : { lastSuccessAt: isoTime(lastSuccessAtMs) }),
    secrets: webhook.secrets.map(({ version, createdAtMs, expiresAtMs }) => ({
      version,
      createdAt: isoTime(createdAtMs),
      ...(expiresAtMs === null ? {} : { expiresAt: isoTime(expiresAtMs) }),
    })),
  };
}

/** A delivery as `webhookDeliverySchema` has it. */
export function webhookDeliveryToJson({ nextAttemptAtMs, attempts, ...delivery }: WebhookDelivery) {
  return {
    ...delivery,
    ...(nextAttemptAtMs === null ? {} : { nextAttemptAt: isoTime(nextAttemptAtMs) }),
    attempts: attempts.map(({ atMs, ...attempt }) => ({ ...attempt, at: isoTime(atMs) })),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
