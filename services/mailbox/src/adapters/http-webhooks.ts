import { randomUUID } from 'node:crypto';
import type { Subject } from '@chappe/policy';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { isId } from './http-answers.ts';
import {
  shownSecretSchema,
  webhookChange,
  webhookRequest,
  webhookSchema,
  webhookToJson,
} from './http-webhook-schemas.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { Webhook, WebhookStore } from './postgres-webhooks.ts';
import type { LocateTarget } from './webhook-target-guard.ts';
import { changedMeanwhile, requireVersion, webhookTag } from './webhook-version.ts';

/** What the routes of registration need. */
export interface WebhookPorts {
  readonly store: WebhookStore;
  readonly locate: LocateTarget;
  readonly recordOpening: RecordOpening;
  /** Webhooks have changed. */
  nudge(): void;
}

/** The address of one webhook; an id that cannot be one is answered like one that is absent. */
export const webhookParams = Type.Object({ webhookId: Type.String() });
/** Which version of a webhook a change was made for. */
export const ifMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 200, description: 'The `ETag` of the webhook as you read it, or `*`' }),
  ),
});
const tags = ['webhooks'];
const requestBytes = 4 * 1024;
const path = '/v1/webhooks';
const config = { action: 'webhook.manage' } as const;

/** The webhook of the caller's correspondent, or the 404 of what is absent. */
export async function findWebhook(
  store: WebhookStore,
  subject: Subject,
  webhookId: string,
): Promise<Webhook> {
  const found = isId(webhookId) ? await store.find(subject.correspondent, webhookId) : null;
  if (found === null) throw new Problem('not-found');
  return found;
}

/**
 * The same, for what makes it send or shows its secrets: its holder's own act, since what is sent is what that
 * holder may read.
 */
export async function findOwnWebhook(
  store: WebhookStore,
  subject: Subject,
  webhookId: string,
): Promise<Webhook> {
  const webhook = await findWebhook(store, subject, webhookId);
  if (webhook.holder.id !== subject.id || webhook.holder.kind !== subject.kind) {
    const detail = 'Somebody else of your correspondent registered it: you may pause or delete it.';
    throw new Problem('forbidden', { detail });
  }
  return webhook;
}

/** Who asks, in which trace. */
interface Asking {
  readonly subject: Subject;
  readonly traceId: string;
}

/** Begins a session: the audit entry with the standing purpose is there before anything is sent. */
export async function activate(
  ports: Pick<WebhookPorts, 'store' | 'recordOpening' | 'nudge'>,
  webhook: Webhook,
  request: Asking,
): Promise<void> {
  await recordSession(ports, webhook, request);
  await ports.store.activate(webhook.webhookId);
  ports.nudge();
}

/** Writes the audit entry of a session. */
export async function recordSession(
  ports: Pick<WebhookPorts, 'recordOpening'>,
  webhook: Webhook,
  request: Asking,
): Promise<void> {
  await ports.recordOpening({
    subject: request.subject,
    action: 'webhook.manage',
    resourceKind: 'webhook',
    resourceIds: [webhook.webhookId],
    query: null,
    reason: webhook.purpose,
    resultCount: null,
    traceId: request.traceId,
  });
}

/** Refuses an address that may not be called, by its code. */
export async function locateTarget(ports: Pick<WebhookPorts, 'locate'>, url: string): Promise<void> {
  const located = await ports.locate(url);
  if (located.status !== 'refused') return;
  throw new Problem('webhook-target-refused', {
    detail: `The address is refused: ${located.code}.`,
    errors: [{ pointer: '/url', code: 'webhook-target-refused', detail: located.code }],
  });
}

/** `POST`, `GET`, `PATCH` and `DELETE` of `/v1/webhooks`. */
export function registerWebhookRoutes(app: HttpServer, ports: WebhookPorts): void {
  const { store } = ports;

  app.post(
    path,
    {
      config,
      bodyLimit: requestBytes,
      schema: {
        summary: 'Register a webhook',
        description:
          'Word of new inbox items, after the Standard Webhooks specification. Nothing is sent before the target ' +
          'has proven itself: `POST /v1/webhooks/{webhookId}/verification`.',
        tags,
        body: webhookRequest,
        response: { 201: Type.Object({ webhook: webhookSchema, secret: shownSecretSchema }) },
      },
    },
    async (request, reply) => {
      const { subject, body } = request;
      await locateTarget(ports, body.url);
      const webhookId = randomUUID();
      const owner = { correspondent: subject.correspondent, kind: subject.kind, id: subject.id };
      const created = await store.create(owner, webhookId, {
        url: body.url,
        purpose: body.purpose,
        signature: body.signature ?? 'v1',
        filter: body.filter ?? {},
        since: body.since ?? null,
      });
      if (created.status === 'too-many') throw new Problem('webhook-limit');
      const webhook = await findWebhook(store, subject, webhookId);
      return reply
        .status(201)
        .header('cache-control', 'no-store')
        .header('etag', webhookTag(webhook))
        .header('location', `${path}/${webhookId}`)
        .send({
          webhook: webhookToJson(webhook, subject.id),
          secret: { version: created.version, value: created.shown },
        });
    },
  );

  app.get(
    path,
    {
      config,
      schema: {
        summary: 'The webhooks of the acting correspondent',
        tags,
        response: { 200: Type.Object({ items: Type.Array(webhookSchema) }) },
      },
    },
    async ({ subject }, reply) => {
      const items = (await store.list(subject.correspondent)).map((each) => webhookToJson(each, subject.id));
      return reply.header('cache-control', 'no-store').send({ items });
    },
  );

  app.get(
    `${path}/:webhookId`,
    {
      config,
      schema: { summary: 'One webhook', tags, params: webhookParams, response: { 200: webhookSchema } },
    },
    async ({ subject, params }, reply) => {
      const webhook = await findWebhook(store, subject, params.webhookId);
      return reply
        .header('cache-control', 'no-store')
        .header('etag', webhookTag(webhook))
        .send(webhookToJson(webhook, subject.id));
    },
  );

  app.patch(
    `${path}/:webhookId`,
    {
      config,
      bodyLimit: requestBytes,
      schema: {
        summary: 'Change, pause or resume a webhook',
        description: 'After a pause everything that came meanwhile is sent.',
        tags,
        params: webhookParams,
        headers: ifMatchHeader,
        body: webhookChange,
        response: { 200: webhookSchema },
      },
    },
    async (request, reply) => {
      const { subject, params, body } = request;
      const { state, ...wanted } = body;
      const onlyPauses = state === 'PAUSED' && Object.keys(wanted).length === 0;
      const find = onlyPauses ? findWebhook : findOwnWebhook;
      const webhook = await find(store, subject, params.webhookId);
      const ifMatch = request.headers['if-match'];
      requireVersion(ifMatch, webhook);
      if (state !== undefined && webhook.state === 'UNVERIFIED') throw new Problem('webhook-unverified');
      const expected = ifMatch === undefined ? null : webhook.version;
      if (!(await store.change(webhook.webhookId, wanted, expected))) throw changedMeanwhile();
      if (state === 'PAUSED') await store.pause(webhook.webhookId);
      if (state === 'ACTIVE' && webhook.state === 'PAUSED') {
        await activate(ports, { ...webhook, purpose: wanted.purpose ?? webhook.purpose }, request);
      }
      const changed = await findWebhook(store, subject, webhook.webhookId);
      return reply.header('etag', webhookTag(changed)).send(webhookToJson(changed, subject.id));
    },
  );

  app.delete(
    `${path}/:webhookId`,
    {
      config,
      schema: {
        summary: 'Delete a webhook with its secrets and history',
        tags,
        params: webhookParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ subject, params }, reply) => {
      const { webhookId } = params;
      if (!isId(webhookId) || !(await store.remove(subject.correspondent, webhookId)))
        throw new Problem('not-found');
      return reply.status(204).send(null);
    },
  );
}
