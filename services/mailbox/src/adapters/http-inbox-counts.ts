import type { HttpServer } from '@chappe/service-kit';
import { Type } from 'typebox';
import { countInbox, type InboxCountsJson } from '../domain/count-inbox.ts';
import {
  deliveryFilterProperties,
  inboxFilterOf,
  requireFiled,
  stateFilterProperties,
} from './http-inbox-query.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { CountInbox } from './postgres-count-inbox.ts';
import type { FacetFiler } from './postgres-file-facets.ts';

/** So many of the newest are counted: enough to triage, and bounded whatever the inbox holds. */
const mostCounted = 20_000;

const countsQuery = Type.Object(
  { ...deliveryFilterProperties, ...stateFilterProperties },
  { additionalProperties: false },
);

const countsSchema = Type.Unsafe<InboxCountsJson>(
  Type.Object({
    total: Type.Integer(),
    unread: Type.Integer({ description: 'Of these, how many no person has touched' }),
    lanes: Type.Array(Type.Object({ lane: Type.String(), total: Type.Integer(), unread: Type.Integer() }), {
      description: 'Lanes that have any, the most urgent first',
    }),
    countedNewest: Type.Optional(
      Type.Integer({ description: 'Only so many of the newest were counted; there are more' }),
    ),
  }),
);

/** `GET /v1/inbox/counts`: how much there is, for who would be shown it in a list. */
export function registerInboxCountsRoute(
  app: HttpServer,
  ports: {
    readonly countInbox: CountInbox;
    readonly facets: Pick<FacetFiler, 'caughtUp'>;
    readonly recordOpening: RecordOpening;
    nowMs(): number;
  },
): void {
  app.get(
    '/v1/inbox/counts',
    {
      config: { action: 'inbox.list' },
      schema: {
        summary: 'How many items a list of the inbox has, by lane',
        querystring: countsQuery,
        response: { 200: countsSchema },
      },
    },
    async (request, reply) => {
      const { subject, query } = request;
      const filter = inboxFilterOf(query, subject);
      requireFiled(filter, ports.facets);
      const counted = await ports.countInbox(subject.correspondent, filter, mostCounted);
      const counts = countInbox(counted, subject, { nowMs: ports.nowMs(), most: mostCounted });
      await ports.recordOpening({
        subject,
        action: 'inbox.list',
        resourceKind: 'inbox',
        resourceIds: [subject.correspondent],
        query,
        resultCount: counts.total,
        traceId: request.traceId,
      });
      return reply.header('cache-control', 'no-store').send(counts);
    },
  );
}
