import { createHash } from 'node:crypto';
import type { Subject } from '@chappe/policy';
import { canonicalJson } from '@chappe/schemas';
import { type CursorSeal, type HttpServer, invalidCursor, linkToNext, Problem } from '@chappe/service-kit';
import { type Static, Type } from 'typebox';
import type { InboxFilter } from '../domain/inbox-filter.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import { formatPlace, type ListOrder, type ListPlace, lanesFrom, parsePlace } from '../domain/list-place.ts';
import { showItem } from '../domain/show-item.ts';
import { showStandIns } from '../domain/show-stand-ins.ts';
import { inboxItemSchema, isId, messageParams } from './http-answers.ts';
import {
  deliveryFilterProperties,
  inboxFilterOf,
  requireFiled,
  stateFilterProperties,
} from './http-inbox-query.ts';
import { findableReference, referenceProperty } from './http-reference-query.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { FacetFiler } from './postgres-file-facets.ts';
import type { ReferenceFiler } from './postgres-file-references.ts';
import type { InboxReader } from './postgres-inbox.ts';
import type { FindTakenOver } from './postgres-stand-ins.ts';

const defaultPageItems = 100;

const listQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          'A number to start after or, descending, before; to go on from a page give its cursor instead',
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 400, description: 'The `next` of the page before this one' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: defaultPageItems }),
    order: Type.Unsafe<ListOrder>({
      type: 'string',
      enum: ['ascending', 'descending', 'urgency'],
      default: 'ascending',
      description: 'By number, or the most urgent lane first and within it by number',
    }),
    ...deliveryFilterProperties,
    ...stateFilterProperties,
    ...referenceProperty,
  },
  { additionalProperties: false },
);
type ListQuery = Static<typeof listQuery>;

/** What the routes need. */
export interface InboxPorts {
  readonly inbox: InboxReader;
  readonly facets: Pick<FacetFiler, 'caughtUp'>;
  readonly references: Pick<ReferenceFiler, 'catchUp'>;
  readonly cursors: CursorSeal;
  readonly recordOpening: RecordOpening;
  readonly findTakenOver: FindTakenOver;
  nowMs(): number;
}

/** `GET /v1/inbox` and `GET /v1/inbox/{messageId}`. */
export function registerInboxRoutes(app: HttpServer, ports: InboxPorts): void {
  app.get(
    '/v1/inbox',
    {
      config: { action: 'inbox.list' },
      schema: {
        summary: 'The inbox of the acting correspondent, by number or by urgency',
        querystring: listQuery,
        response: {
          200: Type.Object({
            items: Type.Array(inboxItemSchema),
            next: Type.Optional(
              Type.String({ description: 'Give it as `cursor` for what follows; absent at the end' }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { subject, query } = request;
      const { items, next } = await readPage(subject, query);
      await ports.recordOpening({
        subject,
        action: 'inbox.list',
        resourceKind: 'inbox',
        resourceIds: items.map((item) => item.messageId),
        query,
        resultCount: items.length,
        traceId: request.traceId,
      });
      reply.header('cache-control', 'no-store');
      if (next === undefined) return reply.send({ items });
      const { after, cursor, ...narrowing } = query;
      reply.header('link', linkToNext('/v1/inbox', { ...narrowing, cursor: next }));
      return reply.send({ items, next });
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
      const standIns = showStandIns(await ports.findTakenOver(subject.correspondent, messageId));
      return reply.header('cache-control', 'no-store').send({ ...shown, ...standIns });
    },
  );

  async function readPage(subject: Subject, query: ListQuery) {
    const { order, limit } = query;
    const narrowing = inboxFilterOf(query, subject);
    requireFiled(narrowing, ports.facets);
    const where = { correspondent: subject.correspondent, side: 'RECEIVED' } as const;
    const reference = await findableReference(query.reference, ports.references, where);
    const filter = reference === undefined ? narrowing : { ...narrowing, reference };
    const binding = bindingOf(subject, order, filter);
    const { epoch } = await ports.inbox.heads([]);
    const place = startOf(query, binding, epoch);
    const rows = await readRows(subject.correspondent, { order, filter, place, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const nowMs = ports.nowMs();
    const items = page.flatMap((item) => showItem(item, subject, nowMs) ?? []);
    const last = rows.length > limit ? page.at(-1) : undefined;
    if (last === undefined) return { items };
    const lane = order === 'urgency' ? last.lane : null;
    return { items, next: ports.cursors.seal(formatPlace({ epoch, lane, number: last.number }), binding) };
  }

  function startOf({ after, cursor, order }: ListQuery, binding: string, epoch: number): ListPlace {
    if (cursor === undefined) {
      if (after !== undefined && order === 'urgency') throw exclusive('after', 'order=urgency');
      return { epoch, lane: null, number: after ?? 0 };
    }
    if (after !== undefined) throw exclusive('after', 'cursor');
    const place = parsePlace(ports.cursors.open(cursor, binding) ?? '');
    // After a restore its number means another item.
    if (place === null || place.epoch !== epoch) throw invalidCursor();
    return place;
  }

  async function readRows(
    correspondent: string,
    query: { order: ListOrder; filter: InboxFilter; place: ListPlace; limit: number },
  ): Promise<readonly InboxItem[]> {
    const { order, filter, place, limit } = query;
    if (order !== 'urgency') {
      return ports.inbox.page({ correspondent, from: place.number, order, limit, filter });
    }
    const rows: InboxItem[] = [];
    for (const lane of lanesFrom(place.lane)) {
      if (rows.length === limit || (filter.lane !== undefined && filter.lane !== lane)) continue;
      const from = lane === place.lane ? place.number : 0;
      const ofLane = { ...filter, lane };
      const left = limit - rows.length;
      rows.push(
        ...(await ports.inbox.page({ correspondent, from, order: 'ascending', limit: left, filter: ofLane })),
      );
    }
    return rows;
  }
}

/** A cursor serves whom and what it was made for; how long its pages are is free. */
function bindingOf(subject: Subject, order: ListOrder, filter: InboxFilter): string {
  const digest = createHash('sha256').update(canonicalJson({ order, filter })).digest('hex');
  return `inbox ${subject.id} ${subject.correspondent} ${digest}`;
}

function exclusive(one: string, other: string): Problem {
  return new Problem('invalid-value', { detail: `${one} and ${other} exclude one another` });
}
