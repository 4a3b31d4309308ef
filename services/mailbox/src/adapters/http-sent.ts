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
import { trackMessage } from '../domain/track-message.ts';
import { isId, messageParams, sentStatusSchema, trackingSchema } from './http-answers.ts';
import type { SentReader } from './postgres-sent.ts';
import type { ReadTracking } from './postgres-tracking.ts';

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

/** What the routes need. */
export interface SentPorts {
  readonly sent: SentReader;
  readonly readTracking: ReadTracking;
  /** Whether a correspondent belongs to the network, as the directory has it now. */
  isInside(correspondent: string): boolean;
  nowMs(): number;
}

/** `GET /v1/sent`, `GET /v1/sent/{messageId}` and its tracking; for the sender's correspondent alone. */
export function registerSentRoutes(app: HttpServer, ports: SentPorts): void {
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
        summary: 'What happened to one sent message, recipient by recipient, and what is owed',
        params: messageParams,
        response: { 200: trackingSchema },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const item = await visibleCopy(subject, request.params.messageId);
      if (item === null) throw new Problem('not-found');
      const tracking = await ports.readTracking(item, ports.isInside(subject.correspondent));
      return reply.header('cache-control', 'no-store').send(trackMessage(tracking, ports.nowMs()));
    },
  );

  async function visibleCopy(subject: Subject, messageId: string): Promise<SentItem | null> {
    if (!isId(messageId)) return null;
    const item = decidedCopy(await ports.sent.copies(subject.correspondent, messageId));
    return item === null || showSent(item, subject, ports.nowMs()) === null ? null : item;
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
