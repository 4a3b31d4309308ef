import type { Readable } from 'node:stream';
import type { Subject } from '@chappe/policy';
import { decide } from '@chappe/policy';
import type { Pool } from '@chappe/postgres';
import type { AttachmentJson } from '@chappe/schemas';
import {
  type Downloads,
  downloadMediaTypes,
  type FileStore,
  type FollowSubject,
  type HttpServer,
  offerStored,
} from '@chappe/service-kit';
import { Type } from 'typebox';
import { disclose, openQuery, reasonOf, shown, uuid } from './http-archive-routes.ts';
import { isDeleted } from './postgres-find-deletion.ts';
import type { OnAltered } from './postgres-index-readable.ts';
import { findInArchive } from './postgres-read-archive.ts';

/** What the route needs. */
export interface ArchivedAttachmentPorts {
  readonly pool: Pool;
  readonly store: FileStore;
  readonly downloads: Downloads;
  readonly followSubject: FollowSubject;
  /** Nothing is given out that was not examined. */
  readonly scanRequired: boolean;
  readonly onAltered: OnAltered;
  /** Called after an audit entry was committed. */
  readonly onDisclosed: () => void;
}

const action = 'attachment.read-archived';
const file = Type.Unsafe<Readable>({ type: 'string', format: 'binary' });
const digest = /^[0-9a-f]{64}$/;

/**
 * `GET /v1/archive/messages/{messageId}/attachments/{sha256}`: a file, to whoever may open its message. Every answer
 * has its audit entry with the reason, durable before the first byte, and so has every refusal of a message or a file.
 */
export function registerArchivedAttachmentRoute(app: HttpServer, ports: ArchivedAttachmentPorts): void {
  const { downloads, store, scanRequired } = ports;
  app.addHook('preClose', async () => downloads.stop());
  app.get(
    '/v1/archive/messages/:messageId/attachments/:sha256',
    {
      config: { action, onDeny: 'not-found', produces: downloadMediaTypes },
      schema: {
        summary: 'One attachment of an archived message',
        description:
          'The bytes, as a download. One range may be asked for (`Range`, with `If-Range` and the ETag), to go on ' +
          'after a broken connection; each request is in the audit. The ETag is the SHA-256.',
        tags: ['archive'],
        params: Type.Object({ messageId: Type.String(), sha256: Type.String() }),
        querystring: openQuery,
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
      const reason = reasonOf(request.query.reason);
      const record = (outcome: 'ANSWERED' | 'DENIED') =>
        disclose(ports, {
          subject,
          action,
          messageIds: uuid.test(messageId) ? [messageId] : [],
          ...(digest.test(sha256) ? { attachment: sha256 } : {}),
          queryDigest: null,
          reason,
          outcome,
          traceId,
        });
      const subjectNow = await ports.followSubject(headers, subject);
      const answer = await downloads.answer({
        headers,
        traceId,
        response: reply.raw,
        subjectId: subject.id,
        async find(signal) {
          const named = await findAttachment(ports, subject, messageId, sha256);
          const offer =
            named === null
              ? null
              : await offerStored(store, named, {
                  scanRequired,
                  signal,
                  record: () => record('ANSWERED'),
                  async mayGoOn() {
                    const now = subjectNow();
                    if (now === null || decide(now, action, null, { nowMs: Date.now() }).effect === 'deny')
                      return false;
                    return (await findAttachment(ports, now, messageId, sha256)) !== null;
                  },
                });
          if (offer === null) await record('DENIED');
          return offer;
        },
      });
      return reply.code(answer.status).headers(answer.headers).send(answer.content);
    },
  );
}

/**
 * The file in its message as opening that message shows it to this reader. Whoever sent the message keeps its own
 * files; everybody else loses those of what was to be deleted.
 */
async function findAttachment(
  { pool, onAltered }: Pick<ArchivedAttachmentPorts, 'pool' | 'onAltered'>,
  subject: Subject,
  messageId: string,
  sha256: string,
): Promise<AttachmentJson | null> {
  const row = uuid.test(messageId) ? await findInArchive(pool, subject, messageId) : undefined;
  const opened = row === undefined ? undefined : shown(row, subject, onAltered);
  const attachment = opened?.message.attachments?.find((each) => each.sha256 === sha256);
  if (opened === undefined || attachment === undefined) return null;
  if (opened.roles.includes('SENDER')) return attachment;
  return (await isDeleted(pool, opened)) ? null : attachment;
}
