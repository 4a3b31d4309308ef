import type { Subject } from '@chappe/policy';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { type Static, Type } from 'typebox';
import { assigneeCode } from '../domain/receipt-state.ts';
import { showItem } from '../domain/show-item.ts';
import { inboxItemSchema, isId, messageParams, uuidPattern } from './http-answers.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { InboxFilter, InboxReader } from './postgres-inbox.ts';

const defaultPageItems = 100;

const listQuery = Type.Object(
  {
    after: Type.Integer({ minimum: 0, default: 0, description: 'The number after which the list goes on' }),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: defaultPageItems }),
    order: Type.Union([Type.Literal('ascending'), Type.Literal('descending')], { default: 'ascending' }),
    lane: Type.Optional(Type.String({ pattern: '^(flash|urgent|routine)$' })),
    kind: Type.Optional(Type.String({ pattern: '^[A-Z_]{1,40}$' })),
    role: Type.Optional(Type.String({ pattern: '^(ACTION|INFORMATION|NOTICE)$' })),
    action: Type.Optional(
      Type.Literal(true, { description: 'Only what is for action: the same as role=ACTION' }),
    ),
    unread: Type.Optional(Type.Boolean({ description: 'Only what no person has touched, or only the rest' })),
    assignee: Type.Optional(
      Type.String({
        maxLength: 64,
        pattern: '^(me|nobody|[a-z]+:[A-Za-z0-9-]+)$',
        description: 'Whose it is: `me`, `nobody`, `person:<id>` or the correspondent it was handed over to',
      }),
    ),
    threadId: Type.Optional(Type.String({ pattern: uuidPattern })),
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
      const { after, limit, order } = query;
      const filter = filterOf(query, subject);
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

/** What narrows a list. */
function filterOf(query: Static<typeof listQuery>, subject: Subject): InboxFilter {
  const { lane, kind, role, action, unread, assignee, threadId } = query;
  if (action === true && role !== undefined && role !== 'ACTION') {
    const detail = 'action=true and another role exclude one another';
    throw new Problem('invalid-value', { detail });
  }
  const wantedRole = action === true ? 'ACTION' : role;
  return {
    ...(lane === undefined ? {} : { lane }),
    ...(kind === undefined ? {} : { kind }),
    ...(wantedRole === undefined ? {} : { role: wantedRole }),
    ...(threadId === undefined ? {} : { threadId }),
    ...(unread === undefined ? {} : { unread }),
    ...(assignee === undefined ? {} : { assignee: assignee === 'me' ? assigneeCode(subject.id) : assignee }),
  };
}
