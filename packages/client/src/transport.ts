import { pause } from './pause.ts';
import {
  ChappeProblem,
  ChappeUnavailable,
  isRecord,
  type ProblemDetails,
  parseJson,
  problemFrom,
  UnexpectedAnswer,
} from './problem.ts';
import { isTransient, parseRetryAfter, type RetryPolicy, retryDelayMs } from './retry-policy.ts';
import { untrustedServer } from './untrusted-server.ts';

/**
 * Gives an access token. It is asked before every request, so it should cache; `renew` says that the
 * server has just refused the last one, which must then not be given again.
 */
export type TokenProvider = (options?: { readonly renew?: boolean }) => Promise<string>;

/** One request to the public origin. */
export interface ApiRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Bytes as they are, instead of a JSON body; their type stands in `headers`. */
  readonly content?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What one attempt came to. `unanswered` covers everything after which nothing is known. */
export type Attempt =
  | {
      readonly status: 'answered';
      readonly httpStatus: number;
      readonly body: unknown;
    }
  | {
      readonly status: 'problem';
      readonly problem: ProblemDetails;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly status: 'unanswered'; readonly cause: unknown }
  | { readonly status: 'not-sent'; readonly cause: unknown };

/**
 * Nothing was sent: the token provider failed by itself, or the server cannot prove to be who it should be. Carries
 * what happened as its cause, which is what the caller is told.
 */
export class NothingSent extends Error {
  override readonly name = 'NothingSent';
}

/** How the transport reaches the server and how long it waits. */
export interface TransportSettings {
  readonly url: string;
  readonly token: TokenProvider;
  readonly actingAs: string | undefined;
  /** In which language problems are told. */
  readonly language: string | undefined;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly fetch: typeof fetch;
}

/** Sends requests: the token, one attempt, or attempts under the retry policy. */
export interface Transport {
  readonly settings: TransportSettings;
  /** The response as it comes, for streams; the caller reads and ends it. Renews a refused token once. */
  open(request: ApiRequest): Promise<Response>;
  /** One attempt, its answer read to the end within the time-out. */
  attempt(request: ApiRequest): Promise<Attempt>;
  /** Attempts a request that is safe to repeat until it is answered; throws the problem or ChappeUnavailable. */
  read(request: ApiRequest): Promise<unknown>;
}

/** A request whose address and body have been written out, so that a fault in them is the caller's own error. */
interface PreparedRequest {
  readonly url: URL;
  readonly init: RequestInit & { readonly headers: Headers };
}

/** Makes the transport of one client. */
export function createTransport(settings: TransportSettings): Transport {
  const attempt = (request: ApiRequest): Promise<Attempt> => attemptOnce(settings, request);
  return {
    settings,
    open: (request) => open(settings, prepare(settings, request), request.signal),
    attempt,
    read: (request) => readWithRetries(settings, attempt, request),
  };
}

function prepare(settings: TransportSettings, request: ApiRequest): PreparedRequest {
  const url = new URL(settings.url.replace(/\/+$/, '') + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers = new Headers(request.headers);
  if (!headers.has('accept')) headers.set('accept', 'application/json, application/problem+json');
  if (settings.actingAs !== undefined) headers.set('chappe-acting-as', settings.actingAs);
  if (settings.language !== undefined) headers.set('accept-language', settings.language);
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  const sent = request.body === undefined ? request.content : JSON.stringify(request.body);
  const body = sent === undefined ? {} : { body: sent };
  // A redirect could carry the token to another host.
  return { url, init: { method: request.method, headers, redirect: 'error', ...body } };
}

async function open(
  settings: TransportSettings,
  { url, init }: PreparedRequest,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const send = async (renew: boolean) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${await obtainToken(settings.token, renew, signal)}`);
    try {
      return await settings.fetch(url, { ...init, headers, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      const untrusted = untrustedServer(error, url);
      throw untrusted === undefined ? error : new NothingSent('no server to trust', { cause: untrusted });
    }
  };
  const first = await send(false);
  if (first.status !== 401) return first;
  await first.body?.cancel();
  return send(true);
}

async function obtainToken(provider: TokenProvider, renew: boolean, signal?: AbortSignal): Promise<string> {
  try {
    return await withAbort(provider(renew ? { renew } : undefined), signal);
  } catch (error) {
    if (signal?.aborted || error instanceof ChappeUnavailable) throw error;
    throw new NothingSent('no access token', { cause: error });
  }
}

function withAbort<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function attemptOnce(settings: TransportSettings, request: ApiRequest): Promise<Attempt> {
  const prepared = prepare(settings, request);
  const timeout = AbortSignal.timeout(settings.timeoutMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
  try {
    const response = await open(settings, prepared, signal);
    const text = await response.text();
    if (response.ok)
      return {
        status: 'answered',
        httpStatus: response.status,
        body: response.status === 204 ? undefined : parseAnswer(text),
      };
    return {
      status: 'problem',
      problem: problemFrom(response.status, response.statusText, parseJson(text)),
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), Date.now()),
    };
  } catch (error) {
    // The caller's own abort is not an outcome of the request: it must surface as itself.
    if (request.signal?.aborted) throw request.signal.reason;
    if (error instanceof NothingSent) return { status: 'not-sent', cause: error.cause };
    return { status: 'unanswered', cause: error };
  }
}

async function readWithRetries(
  settings: TransportSettings,
  attempt: Transport['attempt'],
  request: ApiRequest,
): Promise<unknown> {
  const startedAtMs = performance.now();
  for (let attempts = 1; ; attempts++) {
    const result = await attempt(request);
    if (result.status === 'answered') return result.body;
    if (result.status === 'not-sent') throw result.cause;
    if (result.status === 'problem' && !isTransient(result.problem.status))
      throw new ChappeProblem(result.problem);
    const retryAfterMs = result.status === 'problem' ? result.retryAfterMs : undefined;
    const delayMs = retryDelayMs(settings.retry, attempts, retryAfterMs, Math.random());
    const spentMs = performance.now() - startedAtMs;
    if (attempts >= settings.retry.maxAttempts || spentMs + delayMs > settings.retry.deadlineMs) {
      throw unavailable(settings.url, attempts, result);
    }
    await pause(delayMs, request.signal);
  }
}

/** The error for a request that was given up on. */
export function unavailable(
  url: string,
  attempts: number,
  last: Extract<Attempt, { status: 'problem' | 'unanswered' }>,
): ChappeUnavailable {
  if (last.status === 'problem') {
    const message = `${url} answered ${last.problem.status} (${last.problem.title}) to ${attempts} attempt(s)`;
    return new ChappeUnavailable(message, { attempts, problem: last.problem });
  }
  return new ChappeUnavailable(`${url} did not answer ${attempts} attempt(s)`, {
    attempts,
    cause: last.cause,
  });
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A 2xx whose body was cut off proves nothing about what the server holds.
    throw new UnexpectedAnswer('the answer is not JSON', { cause: error });
  }
}

/** Narrows an answer to an object, or says that the server is not what it should be. */
export function answeredObject(body: unknown): Record<string, unknown> {
  if (!isRecord(body)) throw new UnexpectedAnswer('the answer is not a JSON object');
  return body;
}
