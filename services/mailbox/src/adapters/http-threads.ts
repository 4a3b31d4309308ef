import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { showThread } from '../domain/show-thread.ts';
import { isId, threadEntrySchema, threadParams } from './http-answers.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { InboxReader } from './postgres-inbox.ts';
import type { SentReader } from './postgres-sent.ts';

/** Longer threads exist nowhere but in an attack; their tail is found through the inbox. */
const maxEntries = 500;

/** `GET /v1/threads/{threadId}`: what the acting correspondent received and sent in it. */
export function registerThreadRoutes(
  app: HttpServer,
  ports: { inbox: InboxReader; sent: SentReader; recordOpening: RecordOpening; nowMs(): number },
): void {
  app.get(
    '/v1/threads/:threadId',
    {
      config: { action: 'thread.read', onDeny: 'not-found' },
      schema: {
        summary: 'One thread, as far as the acting correspondent has part in it',
        params: threadParams,
        response: { 200: Type.Object({ items: Type.Array(threadEntrySchema) }) },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const { threadId } = request.params;
      if (!isId(threadId)) throw new Problem('not-found');
      const [received, sent] = await Promise.all([
        ports.inbox.thread(subject.correspondent, threadId, maxEntries),
        ports.sent.thread(subject.correspondent, threadId, maxEntries),
      ]);
      const items = showThread(received, sent, subject, ports.nowMs());
      if (items.length === 0) throw new Problem('not-found');
      await ports.recordOpening({
        subject,
        action: 'thread.read',
        resourceKind: 'thread',
        resourceIds: [threadId, ...items.map((item) => item.messageId)],
        query: null,
        resultCount: items.length,
        traceId: request.traceId,
      });
      return reply.header('cache-control', 'no-store').send({ items: [...items] });
    },
  );
}
