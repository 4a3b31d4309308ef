import { type HttpServer, Problem, type TokenVerifier } from '@chappe/service-kit';
import { trackingOpeningFrame } from '../domain/tracking-frame.ts';
import {
  beginEventStream,
  lastEventIdOf,
  reconnectAfterMs,
  requireRoom,
  tokenOf,
} from './begin-event-stream.ts';
import { messageParams } from './http-answers.ts';
import type { ReadOwnTracking } from './read-own-tracking.ts';
import type { ReaderRights } from './reader-rights.ts';
import { createSseOutlet } from './sse-outlet.ts';
import type { TrackingHub } from './tracking-hub.ts';

/** What the route needs. */
export interface TrackingStreamPorts {
  readonly hub: TrackingHub;
  readonly readOwnTracking: ReadOwnTracking;
  readonly rights: ReaderRights;
  readonly verifyToken: TokenVerifier;
  readonly maxOpenStreams: number;
  readonly endGraceMs: number;
}

/** `GET /v1/sent/{messageId}/tracking/stream`: what happens to one sent message, as it happens. */
export function registerTrackingStreamRoute(app: HttpServer, ports: TrackingStreamPorts): void {
  app.get(
    '/v1/sent/:messageId/tracking/stream',
    {
      config: { action: 'sent.read', onDeny: 'not-found', produces: ['text/event-stream'] },
      schema: {
        summary: 'What happens to one sent message, live',
        description:
          'Server-sent events: `tracking` with the whole state as its address without `/stream` gives it, at once and ' +
          'after each change; the id names the state, and who comes back with it in Last-Event-ID is told only of ' +
          'another; `end` with a reason as the last event. States that follow each other faster than they can be ' +
          'sent come as the last of them.',
        params: messageParams,
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const { subject } = request;
      const { messageId } = request.params;
      const token = await tokenOf(request, ports.verifyToken);
      const found = await ports.readOwnTracking(subject, messageId);
      if (found === null) throw new Problem('not-found');
      requireRoom(ports.hub.openStreams(), ports.maxOpenStreams);

      const response = beginEventStream(request, reply);
      if (response === null) return;
      const outlet = createSseOutlet(response, { endGraceMs: ports.endGraceMs });
      outlet.write(Buffer.from(trackingOpeningFrame(reconnectAfterMs)));
      const reader = ports.rights.acquire(token, subject.correspondent);
      const stream = ports.hub.open({
        ...{ reader, outlet, messageId, threadId: found.threadId },
        expiresAtMs: token.expiresAtMs,
        lastId: lastEventIdOf(request),
      });
      response.once('close', () => {
        stream.close();
        ports.rights.release(reader);
      });
    },
  );
}
