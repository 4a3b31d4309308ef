import { type HttpServer, Problem, type TokenVerifier } from '@chappe/service-kit';
import { Type } from 'typebox';
import { isNarrow } from '../domain/inbox-filter.ts';
import { openingFrame, resetFrame } from '../domain/sse-frame.ts';
import { startStream } from '../domain/start-stream.ts';
import {
  beginEventStream,
  lastEventIdOf,
  reconnectAfterMs,
  requireRoom,
  tokenOf,
} from './begin-event-stream.ts';
import { deliveryFilterOf, deliveryFilterProperties } from './http-inbox-query.ts';
import type { RecordOpening } from './postgres-audit.ts';
import type { ReaderRights } from './reader-rights.ts';
import { createSseOutlet } from './sse-outlet.ts';
import type { StreamHub, StreamOutlet, StreamStore } from './stream-hub.ts';

/** What a stream needs of the rest of the service. */
export interface StreamPorts {
  readonly hub: StreamHub;
  readonly store: StreamStore;
  readonly rights: ReaderRights;
  readonly verifyToken: TokenVerifier;
  readonly recordOpening: RecordOpening;
  readonly maxOpenStreams: number;
  readonly endGraceMs: number;
  /** For tests that stop a process around a push. */
  wrapOutlet?(outlet: StreamOutlet): StreamOutlet;
}

/** `GET /v1/inbox/stream`: the inbox as server-sent events, resumable by number. */
export function registerStreamRoute(app: HttpServer, ports: StreamPorts): void {
  app.get(
    '/v1/inbox/stream',
    {
      config: { action: 'inbox.stream', produces: ['text/event-stream'] },
      schema: {
        summary: 'The inbox, live',
        description:
          'Server-sent events: `delivery` with one item and the id `<epoch>.<number>`; `reset` when the cursor ' +
          'belongs to a state that no longer exists and all items come again; `end` with a reason as the last ' +
          'event. Resumes after Last-Event-ID, else after `since`, else starts at the beginning. What the filters ' +
          'leave out is passed over; the ids of heartbeats move past it.',
        querystring: Type.Object(
          {
            since: Type.Optional(
              Type.String({
                pattern: '^(latest|0|[1-9][0-9]{0,14})$',
                description: 'A number, or `latest` for what comes from now on',
              }),
            ),
            ...deliveryFilterProperties,
          },
          { additionalProperties: false },
        ),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const { subject, query } = request;
      const filter = deliveryFilterOf(query);
      const token = await tokenOf(request, ports.verifyToken);
      requireRoom(ports.hub.openStreams(), ports.maxOpenStreams);
      const { epoch, last } = await ports.store.readHeads([subject.correspondent]);
      const start = startStream(
        { lastEventId: lastEventIdOf(request), since: query.since ?? null },
        { epoch, last: last.get(subject.correspondent) ?? 0 },
      );
      if (start.status === 'invalid-cursor') throw new Problem('invalid-cursor');
      await ports.recordOpening({
        subject,
        action: 'inbox.stream',
        resourceKind: 'inbox',
        resourceIds: [subject.correspondent],
        query: { ...filter, since: start.cursor.number },
        resultCount: null,
        traceId: request.traceId,
      });

      const response = beginEventStream(request, reply);
      if (response === null) return;
      const outlet = wrapped(createSseOutlet(response, { endGraceMs: ports.endGraceMs }), ports);
      outlet.write(Buffer.from(openingFrame(start.cursor, reconnectAfterMs)));
      if (start.status === 'reset') outlet.write(Buffer.from(resetFrame(start.cursor)));
      const reader = ports.rights.acquire(token, subject.correspondent);
      const stream = ports.hub.open({
        reader,
        outlet,
        epoch,
        position: start.cursor.number,
        expiresAtMs: token.expiresAtMs,
        filter: isNarrow(filter) ? filter : null,
      });
      response.once('close', () => {
        stream.close();
        ports.rights.release(reader);
      });
    },
  );
}

function wrapped(outlet: StreamOutlet, ports: StreamPorts): StreamOutlet {
  return ports.wrapOutlet?.(outlet) ?? outlet;
}
