import type { Subject } from '@chappe/policy';
import { type CursorSeal, type HttpServer, invalidCursor, linkToNext, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { decidedCopy, pendingStatus, type SentStatusJson, showSent } from '../domain/sent-status.ts';
import { isId, messageParams, sentStatusSchema, trackingSchema } from './http-answers.ts';
import { findableReference, referenceProperty } from './http-reference-query.ts';
import type { ReferenceFiler } from './postgres-file-references.ts';
import type { SentReader } from './postgres-sent.ts';
import type { ReadOwnTracking } from './read-own-tracking.ts';

const listQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({ maxLength: 400, description: 'The `next` of the page before this one' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
    ...referenceProperty,
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
  readonly references: Pick<ReferenceFiler, 'catchUp'>;
  readonly cursors: CursorSeal;
  readonly readEpoch: () => Promise<number>;
  readonly readOwnTracking: ReadOwnTracking;
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
            next: Type.Optional(
              Type.String({ description: 'Give it as `cursor` for what follows; absent at the end' }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const { cursor, limit } = request.query;
      const where = { correspondent: subject.correspondent, side: 'SENT' } as const;
      const reference = await findableReference(request.query.reference, ports.references, where);
      const binding = `sent ${subject.id} ${subject.correspondent} ${reference ?? ''}`;
      const epoch = await ports.readEpoch();
      const before = cursor === undefined ? null : placeOf(ports.cursors.open(cursor, binding), epoch);
      const rows = await ports.sent.page(subject.correspondent, before, limit + 1, reference);
      const page = rows.slice(0, limit);
      const nowMs = ports.nowMs();
      const items = page.flatMap((item) => showSent(item, subject, nowMs) ?? []);
      reply.header('cache-control', 'no-store');
      const last = rows.length > limit ? page.at(-1) : undefined;
      if (last === undefined) return reply.send({ items });
      const next = ports.cursors.seal(`${epoch}.${last.position}`, binding);
      reply.header('link', linkToNext('/v1/sent', { limit, reference, cursor: next }));
      return reply.send({ items, next });
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
      const found = await ports.readOwnTracking(request.subject, request.params.messageId);
      if (found === null) throw new Problem('not-found');
      return reply.header('cache-control', 'no-store').send(found.tracking);
    },
  );

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

/** The position before which a list goes on; positions of another epoch mean other messages. */
function placeOf(place: string | undefined, epoch: number): number {
  const [, ofEpoch, position] = /^(\d{1,9})\.(\d{1,15})$/.exec(place ?? '') ?? [];
  if (position === undefined || Number(ofEpoch) !== epoch) throw invalidCursor();
  return Number(position);
}
