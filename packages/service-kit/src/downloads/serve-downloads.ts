import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import type { Logger } from '../observability/create-logger.ts';
import { Problem } from '../problems/problem.ts';
import { type ByteRange, chooseRange } from './choose-range.ts';
import { type DownloadFile, downloadHeaders, tagOf } from './describe-download.ts';
import { createDownloadPlaces, type DownloadBounds } from './download-places.ts';
import { MeteredContent } from './metered-content.ts';
import { createReaderWatch, type ReaderPatience } from './watch-readers.ts';

/** What a reader may have, and how to get it. */
export interface DownloadOffer {
  readonly file: DownloadFile;
  /** Makes the disclosure durable; nothing of the file leaves before it has resolved. */
  record(): Promise<void>;
  /** The content, or null where it is gone in the meantime. The signal says that nobody waits for it any more. */
  open(range: ByteRange | undefined, signal: AbortSignal): Promise<Readable | null>;
  /** Whether the reader may still have it. */
  mayGoOn(): Promise<boolean>;
}

/** One request for a file. */
export interface DownloadRequest {
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly traceId: string;
  readonly subjectId: string;
  /** What the reader may have; null is answered as 404, whatever the reason. */
  find(signal: AbortSignal): Promise<DownloadOffer | null>;
}

/** An answer whose first bytes are there. */
export interface DownloadAnswer {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Readable;
}

/** The bounds of a replica's downloads. */
export interface DownloadLimits extends DownloadBounds, ReaderPatience {
  /** How long the store may take to find a file, and again to give its first bytes. */
  readonly openTimeoutMs: number;
}

/** Serves files: within bounds, in ranges, with what keeps them harmless, and never to a reader who may not go on. */
export interface Downloads {
  /** Prepares the answer; throws the problem that answers instead. */
  answer(request: DownloadRequest): Promise<DownloadAnswer>;
  /** Cuts off what is under way: its readers resume elsewhere. */
  stop(): void;
}

/** Makes the downloads of one service. */
export function createDownloads(options: {
  readonly limits: DownloadLimits;
  readonly log: Pick<Logger, 'warn'>;
  nowMs?(): number;
}): Downloads {
  const { limits, log } = options;
  const places = createDownloadPlaces(limits);
  const readers = createReaderWatch(limits, options.nowMs ?? Date.now);

  async function answer(request: DownloadRequest): Promise<DownloadAnswer> {
    const { response } = request;
    const gone = new AbortController();
    const leave = places.enter(request.subjectId);
    const onGone = (): void => {
      leave();
      gone.abort();
    };
    response.once('close', onGone);
    if (response.destroyed) onGone();

    const offer = await inTime(gone.signal, (signal) => request.find(signal));
    if (offer === null) throw new Problem('not-found');
    const { file } = offer;
    const range = chooseRange(request.headers, { sizeBytes: file.sizeBytes, tag: tagOf(file.sha256) });
    if (range.status === 'unsatisfiable') {
      const headers = { 'content-range': `bytes */${file.sizeBytes}` };
      throw new Problem('range-not-satisfiable', { headers });
    }
    await offer.record();
    const part = range.status === 'part' ? { first: range.first, last: range.last } : undefined;
    const lengthBytes = part === undefined ? file.sizeBytes : part.last - part.first + 1;
    const content = new MeteredContent(lengthBytes);
    await open(content, offer, part, gone.signal);
    // A reader that goes away destroys `content`, and with it the source: the store's connection is free again.
    response.once('close', () => content.destroy());

    const unwatch = readers.add({
      takenBytes: () => content.takenBytes,
      mayGoOn: () => offer.mayGoOn(),
      cut(reason) {
        log.warn({ code: 'download-cut', reason, traceId: request.traceId }, 'a download was cut off');
        response.destroy();
      },
    });
    response.once('close', unwatch);
    if (response.destroyed) unwatch();
    return { status: part === undefined ? 200 : 206, headers: downloadHeaders(file, range), content };
  }

  /** Lets the store's bytes flow; resolves when the first are there, so that a failure until then has an answer. */
  async function open(
    content: MeteredContent,
    offer: DownloadOffer,
    part: ByteRange | undefined,
    gone: AbortSignal,
  ): Promise<void> {
    try {
      await inTime(gone, async (signal) => {
        const source = await offer.open(part, gone);
        if (source === null) throw new Problem('not-found');
        pipeline(source, content, () => {});
        await once(content, 'readable', { signal });
      });
    } catch (error) {
      content.destroy();
      throw error;
    }
  }

  /** Waits for the store as long as a reader waits, and no longer than the bound. */
  async function inTime<T>(gone: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.any([gone, AbortSignal.timeout(limits.openTimeoutMs)]);
    const late = Promise.withResolvers<never>();
    const giveUp = (): void => late.reject(slow());
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([work(signal), late.promise]);
    } catch (error) {
      throw signal.aborted ? slow() : error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  return {
    answer,
    stop() {
      places.close();
      readers.stop();
    },
  };
}

function slow(): Problem {
  return new Problem('unavailable', { detail: 'The store of attachments does not answer.', retryAfterS: 5 });
}
