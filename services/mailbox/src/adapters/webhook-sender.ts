import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type AttemptFailure, type AttemptResult, outcomeOfStatus } from '../domain/judge-webhook-attempt.ts';
import type { LocatedTarget, LocateTarget } from './webhook-target-guard.ts';

/** One request to a target. */
export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How much of a 2xx answer is read; nothing of it is by default. */
  readonly readAnswerBytes?: number;
  /** Ends the attempt early, as `closed`. */
  readonly signal?: AbortSignal;
}

/** What came of it, with the beginning of the answer if that was asked for. */
export interface WebhookAnswer extends AttemptResult {
  readonly answer: string;
}

/** Sends one request and waits no longer than its bound. Never throws. */
export type SendWebhook = (post: WebhookPost) => Promise<WebhookAnswer>;

const maxHeaderBytes = 16 * 1024;
const userAgent = 'Chappe-Webhooks/1';

/**
 * Sends to the address that the guard has just checked, on a connection of its own: no name is resolved a second
 * time, no redirect is followed, and everything of an attempt has one bound.
 */
export function createWebhookSender(options: { locate: LocateTarget; timeoutMs: number }): SendWebhook {
  return async (post) => {
    const startedMs = performance.now();
    const ended = (outcome: AttemptResult['outcome'], rest: Partial<WebhookAnswer> = {}): WebhookAnswer => ({
      outcome,
      httpStatus: null,
      retryAfterMs: null,
      answer: '',
      durationMs: Math.round(performance.now() - startedMs),
      ...rest,
    });
    const early = Promise.withResolvers<'timeout' | 'closed'>();
    const timer = setTimeout(() => early.resolve('timeout'), options.timeoutMs);
    const abort = (): void => early.resolve('closed');
    if (post.signal?.aborted === true) abort();
    post.signal?.addEventListener('abort', abort, { once: true });
    try {
      const located = await Promise.race([options.locate(post.url), early.promise]);
      if (typeof located === 'string') return ended(located);
      if (located.status === 'refused') return ended(located.code);
      const { request, answered } = open(located, post);
      const result = await Promise.race([answered, early.promise]);
      request.destroy();
      return typeof result === 'string' ? ended(result) : ended(result.outcome, result);
    } finally {
      clearTimeout(timer);
      post.signal?.removeEventListener('abort', abort);
    }
  };
}

type Answered = Pick<WebhookAnswer, 'outcome' | 'httpStatus' | 'retryAfterMs' | 'answer'>;

function open(
  target: Extract<LocatedTarget, { status: 'located' }>,
  post: WebhookPost,
): { request: ClientRequest; answered: Promise<Answered | AttemptFailure> } {
  const { url, host, port, address } = target;
  const secure = url.protocol === 'https:';
  const answered = Promise.withResolvers<Answered | AttemptFailure>();
  const request = (secure ? requestSecure : requestPlain)({
    host: address,
    port,
    // The certificate is the name's, whatever the address; an address has no name to ask for.
    ...(secure ? { servername: isIP(host) === 0 ? host : '', minVersion: 'TLSv1.2' as const } : {}),
    method: 'POST',
    path: url.pathname + url.search,
    headers: {
      ...post.headers,
      host: url.host,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(post.body),
      'user-agent': userAgent,
      connection: 'close',
    },
    agent: false,
    maxHeaderSize: maxHeaderBytes,
  });
  request.once('error', (error) => answered.resolve(failureOf(error)));
  // After the answer has begun, errors are of its body, which is at most the proof of a challenge.
  request.on('error', () => undefined);
  request.once('upgrade', () => answered.resolve('protocol'));
  request.once('response', (response) => {
    const httpStatus = response.statusCode ?? 0;
    const outcome = outcomeOfStatus(httpStatus);
    const head = { outcome, httpStatus, retryAfterMs: retryAfterMs(response.headers['retry-after']) };
    const most = outcome === 'delivered' ? (post.readAnswerBytes ?? 0) : 0;
    if (most === 0) return answered.resolve({ ...head, answer: '' });
    readAnswer(response, most).then(
      (answer) => answered.resolve(answer === null ? 'answer-too-large' : { ...head, answer }),
      (error: unknown) => answered.resolve(failureOf(error)),
    );
  });
  request.end(post.body);
  return { request, answered: answered.promise };
}

/** The answer as text, or null when it is longer than that. */
async function readAnswer(response: IncomingMessage, mostBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds only: a date would be believed from a clock that is not ours. */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : null;
}

const refusedCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);
const closedCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function failureOf(error: unknown): AttemptFailure {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (typeof code !== 'string') return 'protocol';
  if (refusedCodes.has(code)) return 'refused';
  if (closedCodes.has(code)) return 'closed';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'HPE_HEADER_OVERFLOW') return 'answer-too-large';
  return code.startsWith('HPE_') ? 'protocol' : 'tls';
}
