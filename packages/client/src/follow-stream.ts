import { createParser } from 'eventsource-parser';
import { pause } from './pause.ts';
import { ChappeProblem, isRecord, parseJson, problemFrom, UnexpectedAnswer } from './problem.ts';
import { isTransient, parseRetryAfter, retryDelayMs } from './retry-policy.ts';
import { type ApiRequest, NothingSent, type Transport } from './transport.ts';

const defaultSilenceTimeoutMs = 45_000;
const maxReconnectDelayMs = 30_000;
const maxEventChars = 4 * 1024 * 1024;

/** What happens to the connection, for a program that shows it. */
export type ConnectionEvent =
  | { readonly status: 'connected'; readonly cursor: string | undefined }
  | {
      readonly status: 'waiting';
      readonly delayMs: number;
      readonly failures: number;
      readonly cause: unknown;
    };

/** How a stream is followed, whatever it carries. */
export interface StreamOptions {
  readonly signal?: AbortSignal;
  /** Silence after which the connection is taken for dead; the server sends heartbeats more often. */
  readonly silenceTimeoutMs?: number;
  /** Gives up after so many failures in a row; unlimited unless given. */
  readonly maxFailures?: number;
  readonly onConnection?: (event: ConnectionEvent) => void;
}

/** A block of a stream: an event, or an id alone (a heartbeat). */
export type StreamBlock =
  | {
      readonly type: 'event';
      readonly name: string | undefined;
      readonly id: string | undefined;
      readonly data: string;
    }
  | { readonly type: 'position'; readonly id: string };

/** What is followed. */
export interface StreamSource<E> {
  readonly path: string;
  /** Asked for each connection: where it starts depends on what has been seen. */
  query(): NonNullable<ApiRequest['query']>;
  /** Where to resume, as `Last-Event-ID`. */
  position(): string | undefined;
  /** Turns a block into what the follower is told. */
  take(block: StreamBlock): AsyncGenerator<E, void, undefined>;
}

/** Why the last connection ended, and how long the server asked to be left alone. */
interface Ending {
  readonly cause: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly planned?: boolean;
}

/**
 * Follows a stream for as long as the caller iterates. Connections that end, fail or fall silent are replaced,
 * resuming at the source's position. Ends only by a refusal that waiting cannot mend (thrown as ChappeProblem), by
 * `maxFailures`, or by the caller: `signal` rejects with its reason.
 */
export async function* followStream<E>(
  transport: Transport,
  source: StreamSource<E>,
  options: StreamOptions,
): AsyncGenerator<E, void, undefined> {
  let failures = 0;
  let serverRetryMs: number | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    let ending: Ending = { cause: new Error('the server ended the stream') };
    const openedAtMs = performance.now();
    const connection = new AbortController();
    try {
      for await (const block of readBlocks(transport, connection, source, options)) {
        if (block.type === 'ended') {
          ending = block;
        } else if (block.type === 'retry') {
          serverRetryMs = block.delayMs;
        } else if (block.type === 'connected') {
          options.onConnection?.({ status: 'connected', cursor: source.position() });
        } else {
          failures = 0;
          if (block.type === 'event' && block.name === 'end') ending = endingOf(block.data);
          yield* source.take(block);
        }
      }
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (error instanceof NothingSent) throw error.cause;
      if (error instanceof ChappeProblem || error instanceof UnexpectedAnswer) throw error;
      ending = { cause: error };
    } finally {
      connection.abort();
    }
    // The server ends a stream with its token; a pause there would only delay what comes next.
    if (ending.planned === true && performance.now() - openedAtMs > 1_000) continue;
    failures += 1;
    if (options.maxFailures !== undefined && failures >= options.maxFailures) throw ending.cause;
    const baseDelayMs = Math.min(maxReconnectDelayMs, serverRetryMs ?? transport.settings.retry.baseDelayMs);
    const bounds = { baseDelayMs, maxDelayMs: maxReconnectDelayMs };
    const delayMs = retryDelayMs(bounds, failures, ending.retryAfterMs, Math.random());
    options.onConnection?.({ status: 'waiting', delayMs, failures, cause: ending.cause });
    await pause(delayMs, options.signal);
  }
}

type ConnectionBlock =
  | StreamBlock
  | { readonly type: 'connected' }
  | { readonly type: 'retry'; readonly delayMs: number }
  | ({ readonly type: 'ended' } & Ending);

/** One connection, as blocks. The watchdog runs only while waiting for the server, never for the caller. */
async function* readBlocks(
  transport: Transport,
  connection: AbortController,
  source: Pick<StreamSource<unknown>, 'path' | 'query' | 'position'>,
  options: StreamOptions,
): AsyncGenerator<ConnectionBlock, void, undefined> {
  const signal =
    options.signal === undefined ? connection.signal : AbortSignal.any([options.signal, connection.signal]);
  const silenceTimeoutMs = options.silenceTimeoutMs ?? defaultSilenceTimeoutMs;
  const guarded = <T>(work: Promise<T>) => abortOnSilence(work, connection, silenceTimeoutMs);
  const position = source.position();

  const response = await guarded(
    transport.open({
      method: 'GET',
      path: source.path,
      query: source.query(),
      headers: {
        accept: 'text/event-stream',
        ...(position === undefined ? {} : { 'last-event-id': position }),
      },
      signal,
    }),
  );
  if (!response.ok) return yield await refusal(response, guarded);
  const contentType = response.headers.get('content-type') ?? 'none';
  if (!contentType.startsWith('text/event-stream') || response.body === null) {
    return yield { type: 'ended', cause: new Error(`expected an event stream, got ${contentType}`) };
  }
  yield { type: 'connected' };

  const blocks: ConnectionBlock[] = [];
  const parser = blockParser(blocks);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const chunk = await guarded(reader.read());
    if (chunk.done) return;
    parser.feed(decoder.decode(chunk.value, { stream: true }));
    yield* blocks.splice(0);
  }
}

function blockParser(blocks: ConnectionBlock[]): { feed(text: string): void } {
  return createParser({
    maxBufferSize: maxEventChars,
    onId: (id) => blocks.push({ type: 'position', id }),
    onEvent: (event) => {
      const before = blocks.at(-1);
      // The parser reports the id of an event's block first, as it does a heartbeat's; here it is the event's.
      if (before?.type === 'position' && before.id === event.id) blocks.pop();
      blocks.push({ type: 'event', name: event.event, id: event.id, data: event.data });
    },
    onRetry: (delayMs) => blocks.push({ type: 'retry', delayMs }),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded')
        throw new UnexpectedAnswer('an event is too large', { cause: error });
    },
  });
}

async function refusal(
  response: Response,
  guarded: <T>(work: Promise<T>) => Promise<T>,
): Promise<ConnectionBlock> {
  const text = await guarded(response.text());
  const problem = problemFrom(response.status, response.statusText, parseJson(text));
  if (!isTransient(response.status)) throw new ChappeProblem(problem);
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
  return { type: 'ended', cause: new ChappeProblem(problem), retryAfterMs };
}

async function abortOnSilence<T>(
  work: Promise<T>,
  connection: AbortController,
  timeoutMs: number,
): Promise<T> {
  const timer = setTimeout(
    () => connection.abort(new Error(`no sign of life for ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

function endingOf(data: string): Ending {
  const body = parseJson(data);
  const reason = isRecord(body) ? String(body.reason) : 'unknown';
  return { cause: new Error(`the server ended the stream: ${reason}`), planned: reason === 'token-expired' };
}
