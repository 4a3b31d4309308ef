import { Readable } from 'node:stream';
import { type AttachmentStore, AttachmentStoreFull, type ReceiveOutcome } from '@chappe/attachment-store';
import { type HttpServer, Problem } from '@chappe/service-kit';
import type { FastifyRequest, onSendHookHandler, preHandlerHookHandler } from 'fastify';
import { Type } from 'typebox';
import { readByteCount, readUploadAnnouncement } from '../domain/read-upload-headers.ts';
import type { AttachmentMetrics } from './attachment-metrics.ts';
import {
  problemOfCreation,
  problemOfHeaders,
  problemOfRefusal,
  problemOfTransfer,
} from './describe-upload.ts';

/** What the routes are made of. */
export interface UploadRoutePorts {
  /** Absent where the deployment keeps no attachments. */
  readonly store: AttachmentStore | undefined;
  readonly metrics: AttachmentMetrics;
  readonly allowedMediaTypes: readonly string[];
  readonly mostBytes: number;
  readonly publicUrl: string;
}

const tusVersion = '1.0.0';
const path = '/v1/attachments/uploads';
const streamType = 'application/offset+octet-stream';
const tags = ['attachments'];
const params = Type.Object({ uploadId: Type.String() });
const nothing = Type.Null({ description: 'No content' });
const shared = { action: 'attachment.upload', slowBody: true } as const;

const answerAsTus: onSendHookHandler = (_request, reply, payload, done) => {
  reply.header('tus-resumable', tusVersion).header('cache-control', 'no-store');
  done(null, payload);
};

const requireTus: preHandlerHookHandler = (request, _reply, done) => {
  const given = request.headers['tus-resumable'];
  if (given === tusVersion) return done();
  done(
    new Problem('tus-version-unsupported', {
      detail: `Send Tus-Resumable: ${tusVersion}.`,
      headers: { 'tus-version': tusVersion },
    }),
  );
};

/** Resumable uploads by the tus protocol, 1.0, with creation, creation-with-upload, expiration and termination. */
export function registerUploadRoutes(app: HttpServer, ports: UploadRoutePorts): void {
  // Read by the handler as it comes, and never held whole.
  app.addContentTypeParser(streamType, (_request, payload, done) => done(null, payload));
  const hooks = { onSend: answerAsTus, preHandler: requireTus };

  app.options(
    path,
    {
      config: shared,
      onSend: answerAsTus,
      schema: {
        operationId: 'describeUploads',
        summary: 'What this server can do with uploads',
        tags,
        response: { 204: nothing },
      },
    },
    async (_request, reply) =>
      reply
        .code(204)
        .header('tus-version', tusVersion)
        .header('tus-extension', 'creation,creation-with-upload,expiration,termination')
        .header('tus-max-size', String(ports.mostBytes))
        .send(null),
  );

  app.post(
    path,
    {
      config: shared,
      ...hooks,
      schema: {
        operationId: 'createUpload',
        summary: 'Announce a file; its first bytes may come along',
        description:
          'tus 1.0. `Upload-Length` is the size of the whole file. `Upload-Metadata` has `sha256` and `mediaType`, and may have `fileName`, each in Base64. The file belongs to the acting correspondent, and only that one can attach it.',
        tags,
        response: { 201: nothing },
      },
    },
    async (request, reply) => {
      await create(ports, request, reply);
      return reply.send(null);
    },
  );

  app.head(
    `${path}/:uploadId`,
    {
      config: shared,
      ...hooks,
      schema: {
        operationId: 'readUploadOffset',
        summary: 'How many bytes of an upload are stored',
        tags,
        params,
        response: { 200: nothing },
      },
    },
    async (request, reply) => {
      const state = await storeOf(ports).uploads.state(
        request.subject.correspondent,
        request.params.uploadId,
      );
      if (state === 'locked') throw problemOfTransfer({ status: 'locked' });
      if (state === null) throw problemOfTransfer({ status: 'absent' });
      if (state.refusal !== null) throw problemOfRefusal(state.refusal);
      return reply
        .header('upload-offset', String(state.offset))
        .header('upload-length', String(state.sizeBytes))
        .header('upload-metadata', state.metadata)
        .header('upload-expires', new Date(state.expiresAtMs).toUTCString())
        .send(null);
    },
  );

  app.patch(
    `${path}/:uploadId`,
    {
      config: shared,
      ...hooks,
      schema: {
        operationId: 'sendUploadBytes',
        summary: 'Send the next bytes',
        description:
          'tus 1.0: from `Upload-Offset` on, as `application/offset+octet-stream`. With the last byte the whole is judged: its SHA-256 must be the one announced and its first bytes those of its media type; only then it is kept, and may be attached.',
        tags,
        params,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const content = contentOf(request);
      const offset = readByteCount(request.headers['upload-offset']);
      if (content === undefined)
        throw new Problem('unsupported-media-type', { detail: `Send ${streamType}.` });
      if (offset === undefined) {
        throw problemOfHeaders([
          { code: 'invalid-value', pointer: 'headers:/upload-offset', detail: 'is not a count of bytes' },
        ]);
      }
      const { uploadId } = request.params;
      reply.code(204);
      await takeBytes(ports, request, reply, { uploadId, offset, content });
      return reply.send(null);
    },
  );

  app.delete(
    `${path}/:uploadId`,
    {
      config: shared,
      ...hooks,
      schema: {
        operationId: 'deleteUpload',
        summary: 'Give an unfinished upload up',
        tags,
        params,
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const ended = await storeOf(ports).uploads.terminate(
        request.subject.correspondent,
        request.params.uploadId,
      );
      if (ended === 'locked') throw problemOfTransfer({ status: 'locked' });
      if (!ended) throw problemOfTransfer({ status: 'absent' });
      return reply.code(204).send(null);
    },
  );
}

/** What the steps of a route set of its answer. */
interface Answer {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
}

async function create(ports: UploadRoutePorts, request: FastifyRequest, reply: Answer): Promise<void> {
  const store = storeOf(ports);
  const read = readUploadAnnouncement({
    uploadLength: request.headers['upload-length'],
    uploadMetadata: request.headers['upload-metadata'],
  });
  if ('findings' in read) throw problemOfHeaders(read.findings);
  const { announcement } = read;
  if (!ports.allowedMediaTypes.includes(announcement.mediaType)) throw problemOfRefusal('type-not-allowed');
  const outcome = await orFull(
    store.uploads.create({ ...announcement, uploader: request.subject.correspondent }),
  );
  if (outcome.status !== 'created') throw problemOfCreation(outcome, ports.mostBytes);
  const { uploadId, expiresAtMs } = outcome;
  reply.code(201);
  reply.header('location', `${ports.publicUrl}${path}/${uploadId}`);
  reply.header('upload-expires', new Date(expiresAtMs).toUTCString());
  // An empty file is whole at once.
  const content = contentOf(request) ?? (announcement.sizeBytes === 0 ? Readable.from([]) : undefined);
  if (content === undefined) reply.header('upload-offset', '0');
  else await takeBytes(ports, request, reply, { uploadId, offset: 0, content });
}

async function takeBytes(
  ports: UploadRoutePorts,
  request: FastifyRequest,
  reply: Answer,
  transfer: { readonly uploadId: string; readonly offset: number; readonly content: Readable },
): Promise<void> {
  const { uploadId, ...rest } = transfer;
  const outcome = await orFull(storeOf(ports).uploads.receive(request.subject.correspondent, uploadId, rest));
  ports.metrics.transferred(outcome, transfer.offset);
  const offset = storedUpTo(outcome);
  if (offset === undefined)
    throw problemOfTransfer(outcome as Exclude<ReceiveOutcome, { status: 'received' }>);
  if (outcome.status === 'interrupted') reply.header('connection', 'close');
  reply.header('upload-offset', String(offset));
}

/** Where the sender goes on; undefined where it has to be told why not. A request that lasted too long did well. */
function storedUpTo(outcome: ReceiveOutcome): number | undefined {
  if (outcome.status === 'received') return outcome.offset;
  return outcome.status === 'interrupted' && outcome.cause === 'time-is-up' ? outcome.offset : undefined;
}

async function orFull<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AttachmentStoreFull)) throw error;
    throw new Problem('storage-full', { cause: error, headers: { connection: 'close' } });
  }
}

function contentOf(request: FastifyRequest): Readable | undefined {
  return request.body instanceof Readable ? request.body : undefined;
}

function storeOf({ store }: UploadRoutePorts): AttachmentStore {
  if (store === undefined)
    throw new Problem('unavailable', { detail: 'This deployment keeps no attachments.' });
  return store;
}
