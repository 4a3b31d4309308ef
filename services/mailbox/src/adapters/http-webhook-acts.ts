import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { testBody } from '../domain/webhook-body.ts';
import {
  attemptSchema,
  rotationRequest,
  shownSecretSchema,
  webhookDeliverySchema,
  webhookDeliveryToJson,
  webhookSchema,
  webhookToJson,
} from './http-webhook-schemas.ts';
import { activate, findOwnWebhook, findWebhook, type WebhookPorts, webhookParams } from './http-webhooks.ts';
import type { WebhookHistory } from './postgres-webhook-history.ts';
import { challengeTarget, type ProbePorts, probeWebhook } from './probe-webhook.ts';
import { webhookTag } from './webhook-version.ts';

/** What the acts on one webhook need beside its registration. */
export interface WebhookActPorts extends WebhookPorts, Omit<ProbePorts, 'store'> {
  readonly history: WebhookHistory;
}

const tags = ['webhooks'];
const path = '/v1/webhooks/:webhookId';
const config = { action: 'webhook.manage' } as const;

/** What is done to one webhook: verification, rotation, test, history, sending again. */
export function registerWebhookActs(app: HttpServer, ports: WebhookActPorts): void {
  const { store, history } = ports;

  app.post(
    `${path}/verification`,
    {
      config,
      schema: {
        summary: 'Have the target prove itself, and begin',
        description:
          'Sends a signed `webhook.challenge`; the target answers 2xx with `{"challenge": "…"}` and nothing else.',
        tags,
        params: webhookParams,
        response: { 200: webhookSchema },
      },
    },
    async (request, reply) => {
      const { subject, params } = request;
      const webhook = await findOwnWebhook(store, subject, params.webhookId);
      await challengeTarget(ports, webhook);
      if (webhook.state === 'UNVERIFIED') await activate(ports, webhook, request);
      const verified = await findWebhook(store, subject, webhook.webhookId);
      return reply.header('etag', webhookTag(verified)).send(webhookToJson(verified, subject.id));
    },
  );

  app.post(
    `${path}/rotations`,
    {
      config,
      schema: {
        summary: 'Make a new secret; the old one signs beside it for a while',
        tags,
        params: webhookParams,
        body: rotationRequest,
        response: { 201: shownSecretSchema },
      },
    },
    async ({ subject, params, body }, reply) => {
      const webhook = await findOwnWebhook(store, subject, params.webhookId);
      const { version, shown } = await store.rotate(webhook, body.overlapS * 1_000);
      return reply.status(201).header('cache-control', 'no-store').send({ version, value: shown });
    },
  );

  app.post(
    `${path}/test`,
    {
      config,
      schema: {
        summary: 'Send a `webhook.test` now and say what came of it',
        tags,
        params: webhookParams,
        response: { 200: attemptSchema },
      },
    },
    async ({ subject, params }) => {
      const webhook = await findOwnWebhook(store, subject, params.webhookId);
      if (webhook.state === 'UNVERIFIED') throw new Problem('webhook-unverified');
      const tested = await probeWebhook(ports, webhook, testBody(webhook.webhookId, ports.nowMs()));
      const { outcome, httpStatus, durationMs } = tested;
      return { outcome, httpStatus, durationMs };
    },
  );

  app.get(
    `${path}/deliveries`,
    {
      config,
      schema: {
        summary: 'What was sent to a webhook, the newest items first',
        tags,
        params: webhookParams,
        querystring: Type.Object(
          {
            limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
            before: Type.Optional(Type.Integer({ minimum: 1, description: 'A number of the inbox' })),
            state: Type.Optional(Type.String({ pattern: '^(PENDING|DELIVERED|FAILED)$' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(webhookDeliverySchema) }) },
      },
    },
    async ({ subject, params, query }, reply) => {
      const webhook = await findOwnWebhook(store, subject, params.webhookId);
      const { limit, before = null, state = null } = query;
      const items = await history.list(webhook.webhookId, { limit, before, state });
      return reply.header('cache-control', 'no-store').send({ items: items.map(webhookDeliveryToJson) });
    },
  );

  app.post(
    `${path}/deliveries/:number/resend`,
    {
      config,
      schema: {
        summary: 'Send an item again, under the same `webhook-id`',
        tags,
        params: Type.Object({ ...webhookParams.properties, number: Type.String() }),
        response: { 202: Type.Object({ number: Type.Integer() }) },
      },
    },
    async ({ subject, params }, reply) => {
      const webhook = await findOwnWebhook(store, subject, params.webhookId);
      const isNumber = /^[1-9]\d{0,14}$/.test(params.number);
      const number = Number(params.number);
      if (!isNumber || !(await history.resend(webhook.webhookId, number))) throw new Problem('not-found');
      ports.nudge();
      return reply.status(202).send({ number });
    },
  );
}
