import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { showItem } from '../domain/show-item.ts';
import { inboxItemSchema, isId, messageParams } from './http-answers.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { InboxReader } from './postgres-inbox.ts';

const defaultPageItems = 100;

const listQuery = Type.Object(
  {
    after: Type.Integer({ minimum: 0, default: 0, description: 'The number after which the list goes on' }),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: defaultPageItems }),
    order: Type.Union([Type.Literal('ascending'), Type.Literal('descending')], { default: 'ascending' }),
    lane: Type.Optional(Type.String({ pattern: '^(flash|urgent|routine)$' })),
    kind: Type.Optional(Type.String({ pattern: '^[A-Z_]{1,40}$' })),
    role: Type.Optional(Type.String({ pattern: '^(ACTION|INFORMATION|NOTICE)$' })),
  },
  { additionalProperties: false },
);

/** `GET /v1/inbox` and `GET /v1/inbox/{messageId}`. */
export function registerInboxRoutes(
  app: HttpServer,
  ports: { inbox: InboxReader; recordOpening: RecordOpening; nowMs(): number },
): void {
  app.get(
    '/v1/inbox',
    {
      config: { action: 'inbox.list' },
      schema: {
        summary: 'The inbox of the acting correspondent, by number',
        querystring: listQuery,
        response: {
          200: Type.Object({
            items: Type.Array(inboxItemSchema),
            next: Type.Union([Type.Integer(), Type.Null()], {
              description: 'Give it as `after` for what follows; null at the end',
            }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { subject, query } = request;
      const { after, limit, order, lane, kind, role } = query;
      const filter = {
        ...(lane === undefined ? {} : { lane }),
        ...(kind === undefined ? {} : { kind }),
        ...(role === undefined ? {} : { role }),
      };
      const { correspondent } = subject;
      const page = await ports.inbox.page({ correspondent, from: after, order, limit, filter });
      const nowMs = ports.nowMs();
      const items = page.flatMap((item) => showItem(item, subject, nowMs) ?? []);
      await ports.recordOpening({
        subject,
        action: 'inbox.list',
        resourceKind: 'inbox',
        resourceIds: items.map((item) => item.messageId),
        query,
        resultCount: items.length,
        traceId: request.traceId,
      });
      const next = page.length === limit ? (page.at(-1)?.number ?? null) : null;
      return reply.header('cache-control', 'no-store').send({ items, next });
    },
  );

  app.get(
    '/v1/inbox/:messageId',
    {
      config: { action: 'inbox.read', onDeny: 'not-found' },
      schema: {
        summary: 'One message of the inbox',
        params: messageParams,
        response: { 200: inboxItemSchema },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const { messageId } = request.params;
      const item = isId(messageId) ? await ports.inbox.find(subject.correspondent, messageId) : null;
      const shown = item === null ? null : showItem(item, subject, ports.nowMs());
      if (shown === null) throw new Problem('not-found');
      await ports.recordOpening({
        subject,
        action: 'inbox.read',
        resourceKind: 'message',
        resourceIds: [messageId],
        query: null,
        resultCount: 1,
        traceId: request.traceId,
      });
      return reply.header('cache-control', 'no-store').send(shown);
    },
  );
}
