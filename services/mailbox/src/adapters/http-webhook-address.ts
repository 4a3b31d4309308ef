import { type HttpServer, Problem } from '@chappe/service-kit';
import { webhookAddress, webhookSchema, webhookToJson } from './http-webhook-schemas.ts';
import {
  findOwnWebhook,
  findWebhook,
  ifMatchHeader,
  locateTarget,
  recordSession,
  type WebhookPorts,
  webhookParams,
} from './http-webhooks.ts';
import { challengeTarget, type ProbePorts } from './probe-webhook.ts';
import { changedMeanwhile, requireVersion, webhookTag } from './webhook-version.ts';

const requestBytes = 4 * 1024;

/**
 * `PUT /v1/webhooks/{webhookId}/address`. The new address proves itself as the first one did, before anything but the
 * challenge goes there; until then the old one is served. Position, queue, secrets and history stay.
 */
export function registerWebhookAddressRoute(app: HttpServer, ports: WebhookPorts & ProbePorts): void {
  app.put(
    '/v1/webhooks/:webhookId/address',
    {
      config: { action: 'webhook.manage' },
      bodyLimit: requestBytes,
      schema: {
        summary: 'Move a webhook to another address, once that has proven itself',
        description:
          'Sends a signed `webhook.challenge` to the new address and moves only if it is answered. What waits is then ' +
          'sent there; a webhook that was paused because of its old target goes on. `If-Match` is required.',
        tags: ['webhooks'],
        params: webhookParams,
        headers: ifMatchHeader,
        body: webhookAddress,
        response: { 200: webhookSchema },
      },
    },
    async (request, reply) => {
      const { subject, params, body } = request;
      const webhook = await findOwnWebhook(ports.store, subject, params.webhookId);
      // A repetition whose first answer was lost has already been done.
      if (webhook.url !== body.url || webhook.state === 'UNVERIFIED') {
        const ifMatch = request.headers['if-match'];
        if (ifMatch === undefined) throw new Problem('precondition-required');
        requireVersion(ifMatch, webhook);
        await locateTarget(ports, body.url);
        await challengeTarget(ports, { ...webhook, url: body.url });
        await recordSession(ports, webhook, request);
        if (!(await ports.store.move(webhook, body.url))) throw changedMeanwhile();
        ports.nudge();
      }
      const moved = await findWebhook(ports.store, subject, webhook.webhookId);
      return reply.header('etag', webhookTag(moved)).send(webhookToJson(moved, subject.id));
    },
  );
}
