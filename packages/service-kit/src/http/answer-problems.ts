import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceIdFrom } from '../observability/trace-context.ts';
import { type ProblemCode, problems } from '../problems/catalogue.ts';
import { languageOf, Problem, problemBody } from '../problems/problem.ts';

const problemMediaType = 'application/problem+json; charset=utf-8';

/** What Fastify calls the errors that it raises itself. */
const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty-body',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_NOT_FOUND: 'not-found',
  FST_ERR_BAD_URL: 'bad-request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri-too-long',
  FST_ERR_HANDLER_TIMEOUT: 'unavailable',
};

const storeRetryAfterS = 2;

/** Any error as a problem; what we did not foresee is an internal error without a word about its cause. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined;
  if (known !== undefined) return new Problem(known, { cause: error });
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem('bad-request', { cause: error });
  // So stores mark what is their state and nobody's fault: the same request may well succeed later.
  if (error instanceof Error && Reflect.get(error, 'transient') === true)
    return new Problem('unavailable', { cause: error, retryAfterS: storeRetryAfterS });
  return new Problem('internal-error', { cause: error });
}

/** Answers a request with a problem. */
export function answerProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { headers, retryAfterS } = problem.extras;
  if (headers !== undefined) reply.headers(headers);
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
  // Fastify closes the connection after any body that it could not parse.
  if (isWorthDraining(request)) reply.removeHeader('connection');
  else if (problem.code === 'body-too-large') reply.header('connection', 'close');
  const language = languageOf(request.headers['accept-language']);
  return reply
    .code(problem.statusCode)
    .header('content-language', language)
    .header('cache-control', 'no-store')
    .type(problemMediaType)
    .serializer(JSON.stringify)
    .send(problemBody(problem, { traceId: request.id, language }));
}

const mostDrainedBytes = 32 * 1024 * 1024;

/** A body without a length, or a huge one, is not worth reading to its end only to be refused. */
function isWorthDraining(request: FastifyRequest): boolean {
  return Number(request.headers['content-length'] ?? Number.NaN) <= mostDrainedBytes;
}

/**
 * Reads and drops the rest of a body that was refused for its size, within the request time-out, so that the
 * answer comes when its sender has finished writing. An earlier answer would never be read: a sender, or a
 * proxy between, gives up the connection on which it still writes.
 */
export async function drainRefusedBody(request: FastifyRequest, problem: Problem): Promise<void> {
  const { raw } = request;
  if (problem.code !== 'body-too-large' || !isWorthDraining(request)) return;
  if (raw.readableEnded || raw.destroyed) return;
  await new Promise<void>((resolve) => {
    raw.once('end', resolve);
    raw.once('close', resolve);
    raw.resume();
  });
}

/** Answers bytes that are not HTTP, or that came too slowly: Fastify never sees these requests. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const code: ProblemCode =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'request-timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? 'headers-too-large'
        : 'bad-request';
  const body = JSON.stringify(
    problemBody(new Problem(code), { traceId: traceIdFrom(undefined), language: 'en' }),
  );
  const { status, title } = problems[code];
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${problemMediaType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
