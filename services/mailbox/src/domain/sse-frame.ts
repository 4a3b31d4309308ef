/** Where a reader stands in one inbox: the epoch of the mailbox and the last number it was told of. */
export interface StreamCursor {
  readonly epoch: number;
  readonly number: number;
}

/** Why a stream ended; the reader decides from it whether to come back. */
export type EndReason = 'reader-too-slow' | 'rights-changed' | 'token-expired' | 'shutdown' | 'reset';

/** The `id:` of an event, which a reader sends back as `Last-Event-ID`. */
export function formatCursor(cursor: StreamCursor): string {
  return `${cursor.epoch}.${cursor.number}`;
}

/** Reads a cursor; anything that `formatCursor` cannot have written is `null`. */
export function parseCursor(text: string): StreamCursor | null {
  const match = /^([1-9]\d{0,8})\.(0|[1-9]\d{0,14})$/.exec(text);
  if (match === null) return null;
  return { epoch: Number(match[1]), number: Number(match[2]) };
}

/** One numbered item. `json` must be one line, which every JSON text without indentation is. */
export function deliveryFrame(cursor: StreamCursor, json: string): string {
  return `event: delivery\nid: ${formatCursor(cursor)}\ndata: ${json}\n\n`;
}

/**
 * Keeps the connection alive and moves the reader's cursor past items that it was not shown. An
 * event without data is not dispatched by a browser, but its id is remembered.
 */
export function heartbeatFrame(cursor: StreamCursor): string {
  return `: heartbeat\nid: ${formatCursor(cursor)}\n\n`;
}

/** Tells the reader that its cursor belongs to a state that no longer exists: all comes again. */
export function resetFrame(cursor: StreamCursor): string {
  return `event: reset\nid: ${formatCursor(cursor)}\ndata: ${JSON.stringify({ epoch: cursor.epoch, since: cursor.number })}\n\n`;
}

/** The last event of a stream. */
export function endFrame(reason: EndReason): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
}

/** The opening of a stream: how long to wait before coming back after a broken connection. */
export function openingFrame(cursor: StreamCursor, retryMs: number): string {
  return `retry: ${retryMs}\n: chappe inbox\nid: ${formatCursor(cursor)}\n\n`;
}
