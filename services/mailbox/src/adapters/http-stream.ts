import type { ServerResponse } from 'node:http';
import { type HttpServer, Problem, type TokenVerifier } from '@chappe/service-kit';
import { Type } from 'typebox';
import { openingFrame, resetFrame } from '../domain/sse-frame.ts';
import { startStream } from '../domain/start-stream.ts';
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

const reconnectAfterMs = 1_000;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

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
          'event. Resumes after Last-Event-ID, else after `since`, else starts at the beginning.',
        querystring: Type.Object(
          {
            since: Type.Optional(
              Type.String({
                pattern: '^(latest|0|[1-9][0-9]{0,14})$',
                description: 'A number, or `latest` for what comes from now on',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const token = await ports.verifyToken(
        request.headers.authorization?.slice('bearer '.length).trim() ?? '',
      );
      if (token.status === 'refused') throw new Problem(token.code);
      if (ports.hub.openStreams() >= ports.maxOpenStreams)
        throw new Problem('unavailable', { retryAfterS: 5 });
      const { epoch, last } = await ports.store.readHeads([subject.correspondent]);
      const start = startStream(
        { lastEventId: singleHeader(request.headers['last-event-id']), since: request.query.since ?? null },
        { epoch, last: last.get(subject.correspondent) ?? 0 },
      );
      if (start.status === 'invalid-cursor') throw new Problem('invalid-cursor');
      await ports.recordOpening({
        subject,
        action: 'inbox.stream',
        resourceKind: 'inbox',
        resourceIds: [subject.correspondent],
        query: { since: start.cursor.number },
        resultCount: null,
        traceId: request.traceId,
      });

      reply.hijack();
      const response: ServerResponse = reply.raw;
      if (response.destroyed || request.raw.destroyed) return;
      response.socket?.setNoDelay(true);
      response.writeHead(200, headers);
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

function singleHeader(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
