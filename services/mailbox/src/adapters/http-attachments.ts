import type { Readable } from 'node:stream';
import { decide } from '@chappe/policy';
import {
  type Downloads,
  downloadMediaTypes,
  type FileStore,
  type FollowSubject,
  type HttpServer,
  offerStored,
} from '@chappe/service-kit';
import { Type } from 'typebox';
import type { RecordOpening } from './postgres-audit.ts';
import type { FindAttachment } from './read-attachment.ts';

/** What the route needs. */
export interface AttachmentPorts {
  readonly store: FileStore;
  readonly downloads: Downloads;
  readonly findAttachment: FindAttachment;
  readonly followSubject: FollowSubject;
  readonly recordOpening: RecordOpening;
  /** Nothing is given out that was not examined. */
  readonly scanRequired: boolean;
  nowMs(): number;
}

const action = 'attachment.read';
const file = Type.Unsafe<Readable>({ type: 'string', format: 'binary' });

/** `GET /v1/inbox/{messageId}/attachments/{sha256}`: a file of a message received or sent, to whoever may read that. */
export function registerAttachmentRoute(app: HttpServer, ports: AttachmentPorts): void {
  const { downloads, findAttachment, store, scanRequired } = ports;
  app.addHook('preClose', async () => downloads.stop());
  app.get(
    '/v1/inbox/:messageId/attachments/:sha256',
    {
      config: { action, onDeny: 'not-found', produces: downloadMediaTypes },
      schema: {
        summary: 'One attachment of a message received or sent',
        description:
          'The bytes, as a download. One range may be asked for (`Range`, with `If-Range` and the ETag), to go on ' +
          'after a broken connection. The ETag is the SHA-256.',
        params: Type.Object({ messageId: Type.String(), sha256: Type.String() }),
        produces: [...downloadMediaTypes],
        response: {
          200: { description: 'The file', content: { 'application/octet-stream': { schema: file } } },
          206: { description: 'A part of it', content: { 'application/octet-stream': { schema: file } } },
        },
      },
    },
    async (request, reply) => {
      const { subject, headers, traceId } = request;
      const { messageId, sha256 } = request.params;
      const subjectNow = await ports.followSubject(headers, subject);
      const answer = await downloads.answer({
        headers,
        traceId,
        response: reply.raw,
        subjectId: subject.id,
        async find(signal) {
          const named = await findAttachment(subject, messageId, sha256);
          if (named === null) return null;
          return offerStored(store, named, {
            scanRequired,
            signal,
            record: () =>
              ports.recordOpening({
                subject,
                action,
                resourceKind: 'attachment',
                resourceIds: [messageId, sha256],
                query: null,
                resultCount: 1,
                traceId,
              }),
            async mayGoOn() {
              const now = subjectNow();
              if (now === null || decide(now, action, null, { nowMs: ports.nowMs() }).effect === 'deny')
                return false;
              return (await findAttachment(now, messageId, sha256)) !== null;
            },
          });
        },
      });
      return reply.code(answer.status).headers(answer.headers).send(answer.content);
    },
  );
}
