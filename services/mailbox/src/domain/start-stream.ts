import { parseCursor, type StreamCursor } from './sse-frame.ts';

/** What a reader asked for when it opened a stream. */
export interface StreamRequest {
  readonly lastEventId: string | null;
  /** A number, or `latest` for what comes from now on. */
  readonly since: string | null;
}

/** What the store holds for that inbox at this moment. */
export interface InboxHead {
  readonly epoch: number;
  readonly last: number;
}

/** From where a stream starts, or why the request cannot be understood. */
export type StreamStart =
  | { readonly status: 'resume'; readonly cursor: StreamCursor }
  | { readonly status: 'reset'; readonly cursor: StreamCursor }
  | { readonly status: 'invalid-cursor' };

/**
 * Decides from where to serve. `Last-Event-ID` wins over `?since`, because a browser repeats the
 * original address when it reconnects. A cursor of another epoch, or past the end of this inbox, was
 * given by a state that was since restored from a backup: the numbers after it mean other items, so
 * everything is served again. Without either the inbox comes from its beginning, so that a new reader
 * misses nothing between its first list and its first event.
 */
export function startStream(request: StreamRequest, head: InboxHead): StreamStart {
  const restart: StreamStart = { status: 'reset', cursor: { epoch: head.epoch, number: 0 } };
  if (request.lastEventId !== null && request.lastEventId !== '') {
    const cursor = parseCursor(request.lastEventId);
    if (cursor === null) return { status: 'invalid-cursor' };
    if (cursor.epoch !== head.epoch || cursor.number > head.last) return restart;
    return { status: 'resume', cursor };
  }
  const since = request.since === 'latest' ? head.last : Number(request.since ?? 0);
  if (!Number.isSafeInteger(since) || since < 0) return { status: 'invalid-cursor' };
  if (since > head.last) return restart;
  return { status: 'resume', cursor: { epoch: head.epoch, number: since } };
}
