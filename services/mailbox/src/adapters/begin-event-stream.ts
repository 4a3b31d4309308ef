import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem, type TokenVerifier, type VerifiedToken } from '@chappe/service-kit';

/** What of a request a stream is opened from. */
export interface StreamingRequest {
  readonly headers: IncomingMessage['headers'];
  readonly raw: IncomingMessage;
}

/** How soon a reader comes back after a broken connection. */
export const reconnectAfterMs = 1_000;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** The token once more: a stream ends with it, and its holder is looked up again and again. */
export async function tokenOf(request: StreamingRequest, verifyToken: TokenVerifier): Promise<VerifiedToken> {
  const token = await verifyToken(request.headers.authorization?.slice('bearer '.length).trim() ?? '');
  if (token.status === 'refused') throw new Problem(token.code);
  return token;
}

/** Refuses one stream more than a replica is set to hold. */
export function requireRoom(open: number, most: number): void {
  if (open >= most) throw new Problem('unavailable', { retryAfterS: 5 });
}

/** What a reader sends back of what it has seen, or null. */
export function lastEventIdOf(request: StreamingRequest): string | null {
  const value = request.headers['last-event-id'];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Takes the response over and writes its head; null when the reader is gone already. */
export function beginEventStream(
  request: StreamingRequest,
  reply: { hijack(): unknown; readonly raw: ServerResponse },
): ServerResponse | null {
  reply.hijack();
  const response = reply.raw;
  if (response.destroyed || request.raw.destroyed) return null;
  response.socket?.setNoDelay(true);
  response.writeHead(200, headers);
  return response;
}
