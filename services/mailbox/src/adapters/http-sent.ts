import type { Subject } from '@chappe/policy';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import {
  decidedCopy,
  pendingStatus,
  type SentItem,
  type SentStatusJson,
  showSent,
} from '../domain/sent-status.ts';
import { isId, messageParams, sentStatusSchema } from './http-answers.ts';
import type { SentReader } from './postgres-sent.ts';

const listQuery = Type.Object(
  {
    before: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The `next` of the page before this one' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  },
  { additionalProperties: false },
);

const statusQuery = Type.Object(
  { submissionId: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false },
);

/** `GET /v1/sent`, `GET /v1/sent/{messageId}` and its tracking; for the sender's correspondent alone. */
export function registerSentRoutes(app: HttpServer, ports: { sent: SentReader; nowMs(): number }): void {
  app.get(
    '/v1/sent',
    {
      config: { action: 'sent.list' },
      schema: {
        summary: 'What the acting correspondent has sent, the latest first',
        querystring: listQuery,
        response: {
          200: Type.Object({
            items: Type.Array(sentStatusSchema),
            next: Type.Union([Type.Integer(), Type.Null()], {
              description: 'Give it as `before` for what follows; null at the end',
            }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const { before, limit } = request.query;
      const page = await ports.sent.page(subject.correspondent, before ?? null, limit);
      const nowMs = ports.nowMs();
      const items = page.flatMap((item) => showSent(item, subject, nowMs) ?? []);
      const next = page.length === limit ? (page.at(-1)?.position ?? null) : null;
      return reply.header('cache-control', 'no-store').send({ items, next });
    },
  );

  app.get(
    '/v1/sent/:messageId',
    {
      config: { action: 'sent.read', onDeny: 'not-found' },
      schema: {
        summary: 'What became of one sent message',
        params: messageParams,
        querystring: statusQuery,
        response: { 200: sentStatusSchema },
      },
    },
    async (request, reply) => {
      const { messageId } = request.params;
      const status = await statusOf(request.subject, messageId, request.query.submissionId ?? null);
      if (status === null) throw new Problem('not-found');
      return reply.header('cache-control', 'no-store').send(status);
    },
  );

  app.get(
    '/v1/sent/:messageId/tracking',
    {
      config: { action: 'sent.read', onDeny: 'not-found' },
      schema: {
        summary: 'Who got one sent message, and when',
        params: messageParams,
        response: {
          200: Type.Object({
            messageId: Type.String(),
            state: Type.String(),
            items: Type.Array(
              Type.Object({
                correspondent: Type.String(),
                role: Type.String(),
                deliveredAt: Type.String({ format: 'date-time' }),
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const found = await visibleCopy(request.subject, request.params.messageId);
      if (found === null) throw new Problem('not-found');
      const recipients = found.item.state === 'ACCEPTED' ? await ports.sent.recipients(found.item) : [];
      return reply.header('cache-control', 'no-store').send({
        messageId: found.item.messageId,
        state: found.item.state,
        items: recipients.map((each) => ({
          correspondent: each.correspondent,
          role: each.role,
          deliveredAt: new Date(each.deliveredAtMs).toISOString(),
        })),
      });
    },
  );

  async function visibleCopy(
    subject: Subject,
    messageId: string,
  ): Promise<{ item: SentItem; status: SentStatusJson } | null> {
    if (!isId(messageId)) return null;
    const item = decidedCopy(await ports.sent.copies(subject.correspondent, messageId));
    const status = item === null ? null : showSent(item, subject, ports.nowMs());
    return item === null || status === null ? null : { item, status };
  }

  async function statusOf(
    subject: Subject,
    messageId: string,
    submissionId: string | null,
  ): Promise<SentStatusJson | null> {
    if (!isId(messageId)) return null;
    const item = decidedCopy(await ports.sent.copies(subject.correspondent, messageId));
    if (item === null) return pendingStatus(subject.correspondent, messageId, submissionId);
    return showSent(item, subject, ports.nowMs());
  }
}
