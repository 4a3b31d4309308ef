import { parse } from 'content-disposition';
import { type Perseverance, persevere } from '../persevere.ts';
import { UnexpectedAnswer } from '../problem.ts';
import type { ApiRequest, Transport } from '../transport.ts';
import { createDigest } from './digest-content.ts';
import { Interrupted, openOrRefuse } from './open-or-refuse.ts';

/** How a file is fetched. */
export interface DownloadOptions {
  /** Why the archive is consulted, which is logged; without it the message is one received or sent. */
  readonly reason?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
  /** How long to go on without any progress; two minutes unless given. */
  readonly patienceMs?: number;
}

/** A file on its way. */
export interface AttachmentDownload {
  /** As its sender named it: make it safe before it names a file here. */
  readonly fileName: string;
  /** As it is served, which for all but harmless types is `application/octet-stream`; the message says what it is. */
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /**
   * The bytes, once. They are proven only when it has ended: it throws at its end if they do not have the SHA-256 that
   * was asked for, so that until then nothing should be done with them but to keep them.
   */
  readonly content: AsyncIterable<Uint8Array>;
  /** Ends the connection where nothing of the content was read. */
  cancel(): void;
}

const defaultPatienceMs = 120_000;
const silenceTimeoutMs = 45_000;

interface Source {
  readonly transport: Transport;
  readonly request: ApiRequest;
  readonly sha256: string;
  readonly options: DownloadOptions;
  readonly patience: Perseverance;
}

/** A connection that gives the file from some byte on. */
interface Connection {
  readonly response: Response;
  /** Where its first byte stands in the file. */
  readonly from: number;
  readonly totalBytes: number;
  readonly abort: AbortController;
}

/**
 * Fetches a file of a message. It goes on after broken connections with Range and If-Range, for as long as there is
 * progress. Throws ChappeProblem where it is refused, also in the middle: rights may end there.
 */
export async function downloadAttachment(
  transport: Transport,
  messageId: string,
  sha256: string,
  options: DownloadOptions = {},
): Promise<AttachmentDownload> {
  const { reason, signal } = options;
  const name = `${encodeURIComponent(messageId)}/attachments/${encodeURIComponent(sha256)}`;
  const request: ApiRequest = {
    method: 'GET',
    path: reason === undefined ? `/v1/inbox/${name}` : `/v1/archive/messages/${name}`,
    ...(reason === undefined ? {} : { query: { reason } }),
  };
  const deadlineMs = options.patienceMs ?? defaultPatienceMs;
  const patience = persevere({ ...transport.settings.retry, deadlineMs }, signal);
  const source = { transport, request, sha256, options, patience };
  const first = await reconnect(source, 0);
  const { headers } = first.response;
  return {
    fileName: parse(headers.get('content-disposition') ?? '').parameters.filename ?? 'attachment',
    mediaType: headers.get('content-type') ?? 'application/octet-stream',
    sizeBytes: first.totalBytes,
    sha256,
    content: readWhole(source, first),
    cancel: () => first.abort.abort(),
  };
}

async function* readWhole(source: Source, first: Connection): AsyncGenerator<Uint8Array, void, undefined> {
  const { options, patience, sha256 } = source;
  const { totalBytes } = first;
  const digest = createDigest();
  let connection = first;
  let doneBytes = 0;
  try {
    while (doneBytes < totalBytes) {
      try {
        for await (const bytes of readFrom(connection, doneBytes)) {
          digest.update(bytes);
          doneBytes += bytes.length;
          if (doneBytes > totalBytes) throw new UnexpectedAnswer('more bytes came than the file has');
          patience.progressed();
          options.onProgress?.({ doneBytes, totalBytes });
          yield bytes;
        }
        if (doneBytes < totalBytes) throw new Interrupted(new Error('the connection ended early'));
      } catch (error) {
        connection.abort.abort();
        if (options.signal?.aborted) throw options.signal.reason;
        if (!(error instanceof Interrupted)) throw error;
        await giveUpOrWait(source, error);
        connection = await reconnect(source, doneBytes);
        if (connection.totalBytes !== totalBytes) throw new UnexpectedAnswer('the file changed its size');
      }
    }
  } finally {
    // Also where the caller stops early: nobody reads the rest.
    connection.abort.abort();
  }
  if (digest.hexadecimal() !== sha256) {
    throw new UnexpectedAnswer('the bytes that came are not those of the file: their SHA-256 differs');
  }
}

/** The bytes of a connection from a place on; what comes before it is passed over. */
async function* readFrom(
  { response, from, abort }: Connection,
  place: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (from > place) throw new UnexpectedAnswer('the answer begins after what was asked for');
  let at = from;
  for (;;) {
    const chunk = await readOrInterrupt(reader, abort);
    if (chunk === undefined) return;
    const skipped = Math.min(chunk.length, Math.max(0, place - at));
    at += chunk.length;
    if (skipped < chunk.length) yield skipped === 0 ? chunk : chunk.subarray(skipped);
  }
}

async function readOrInterrupt(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  abort: AbortController,
): Promise<Uint8Array | undefined> {
  const timer = setTimeout(() => abort.abort(new Error('no sign of life')), silenceTimeoutMs);
  try {
    return (await reader?.read())?.value;
  } catch (error) {
    throw new Interrupted(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Connects from a byte on, again and again. */
async function reconnect(source: Source, from: number): Promise<Connection> {
  for (;;) {
    try {
      return await connect(source, from);
    } catch (error) {
      if (source.options.signal?.aborted) throw source.options.signal.reason;
      if (!(error instanceof Interrupted)) throw error;
      await giveUpOrWait(source, error);
    }
  }
}

async function giveUpOrWait({ transport, patience }: Source, error: Interrupted): Promise<void> {
  await patience.again(error.asUnavailable(transport.settings.url), error.retryAfterMs);
}

async function connect({ transport, request, sha256, options }: Source, from: number): Promise<Connection> {
  const abort = new AbortController();
  const signal =
    options.signal === undefined ? abort.signal : AbortSignal.any([options.signal, abort.signal]);
  const timer = setTimeout(() => abort.abort(new Error('no answer')), transport.settings.timeoutMs);
  try {
    const headers: Record<string, string> = { accept: '*/*' };
    if (from > 0) Object.assign(headers, { range: `bytes=${from}-`, 'if-range': `"${sha256}"` });
    const response = await openOrRefuse(transport, { ...request, headers, signal });
    return { response, abort, ...placeOf(response) };
  } finally {
    clearTimeout(timer);
  }
}

/** Where the bytes of an answer begin, and how many there are in all. */
function placeOf(response: Response): { readonly from: number; readonly totalBytes: number } {
  const { status, headers } = response;
  if (status === 206) {
    const [, first, total] =
      /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(headers.get('content-range') ?? '') ?? [];
    if (first !== undefined && total !== undefined) return { from: Number(first), totalBytes: Number(total) };
  }
  const length = headers.get('content-length') ?? '';
  if (status === 200 && /^\d{1,15}$/.test(length)) return { from: 0, totalBytes: Number(length) };
  throw new UnexpectedAnswer('the answer does not say which bytes it holds');
}
