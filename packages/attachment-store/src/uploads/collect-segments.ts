import type { Readable } from 'node:stream';

/** Why a transfer ended early; the last two are reasons of the signal. */
export type Interruption = 'broken' | 'silent' | 'taken-over' | 'time-is-up';

/** What became of a sender's bytes besides those that were stored on the way. */
export type CollectedEnd =
  /** All bytes of the file are here; the last of them are in memory. */
  | { readonly status: 'complete'; readonly tail: Buffer }
  /** The sender is through with this request, and more is to come. */
  | { readonly status: 'paused' }
  /** It broke off, fell silent, or was told to end; what came is stored. */
  | { readonly status: 'interrupted'; readonly cause: Interruption }
  /** More than was announced. */
  | { readonly status: 'too-long' }
  /** Somebody else stored these bytes meanwhile. */
  | { readonly status: 'overtaken' };

/** How to collect. */
export interface CollectOptions {
  readonly content: Readable;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly segmentBytes: number;
  readonly segmentAgeMs: number;
  readonly idleTimeoutMs: number;
  /** Aborted, with 'taken-over' or 'time-is-up', when the transfer is to end now. */
  readonly signal: AbortSignal;
  /** Stores bytes that begin at the offset; false when the place is taken. */
  readonly store: (offset: number, bytes: Buffer) => Promise<boolean>;
}

/**
 * Reads a sender's bytes into segments. One segment at most is in memory, and nothing is read while it is being
 * stored, so that a store that is slow slows the sender down; what waits for more bytes is stored when it gets old.
 */
export async function collectSegments(options: CollectOptions): Promise<CollectedEnd> {
  const { content, sizeBytes, segmentBytes, segmentAgeMs, idleTimeoutMs, signal } = options;
  let chunks: Buffer[] = [];
  let waiting = 0;
  let offset = options.offset;
  let oldestAtMs = 0;
  const flush = async (): Promise<boolean> => {
    if (waiting === 0) return true;
    const bytes = Buffer.concat(chunks, waiting);
    chunks = [];
    waiting = 0;
    const isStored = await options.store(offset, bytes);
    offset += bytes.length;
    return isStored;
  };
  // The last bytes are stored with the whole, once the whole is judged: they are no segment, however the sender ends.
  const isWhole = (): boolean => offset + waiting === sizeBytes;
  const whole = (): CollectedEnd => ({ status: 'complete', tail: Buffer.concat(chunks, waiting) });
  const endEarly = async (cause: Interruption): Promise<CollectedEnd> => {
    if (isWhole()) return whole();
    return (await flush()) ? { status: 'interrupted', cause } : { status: 'overtaken' };
  };

  const iterator: AsyncIterator<Buffer> = content[Symbol.asyncIterator]();
  let next = observed(iterator.next());
  let silentSinceMs = performance.now();
  for (;;) {
    const nowMs = performance.now();
    const dueMs = Math.min(
      silentSinceMs + idleTimeoutMs,
      waiting === 0 || isWhole() ? Number.POSITIVE_INFINITY : oldestAtMs + segmentAgeMs,
    );
    const came = await firstOf(next, dueMs - nowMs, signal);
    if (came === 'told') return await endEarly(signal.reason === 'taken-over' ? 'taken-over' : 'time-is-up');
    if (came === 'late') {
      if (performance.now() >= silentSinceMs + idleTimeoutMs) return await endEarly('silent');
      if (!(await flush())) return { status: 'overtaken' };
      continue;
    }
    if (came.status === 'failed') return await endEarly('broken');
    if (came.result.done === true) {
      if (isWhole()) return whole();
      return (await flush()) ? { status: 'paused' } : { status: 'overtaken' };
    }
    const chunk = came.result.value;
    if (offset + waiting + chunk.length > sizeBytes) return { status: 'too-long' };
    if (waiting === 0) oldestAtMs = performance.now();
    chunks.push(chunk);
    waiting += chunk.length;
    if (waiting >= segmentBytes && !isWhole() && !(await flush())) return { status: 'overtaken' };
    next = observed(iterator.next());
    silentSinceMs = performance.now();
  }
}

type Observed = { status: 'came'; result: IteratorResult<Buffer> } | { status: 'failed' };

/** So that a failure that comes while nobody waits is no unhandled rejection. */
function observed(next: Promise<IteratorResult<Buffer>>): Promise<Observed> {
  return next.then(
    (result): Observed => ({ status: 'came', result }),
    (): Observed => ({ status: 'failed' }),
  );
}

async function firstOf(
  next: Promise<Observed>,
  waitMs: number,
  signal: AbortSignal,
): Promise<Observed | 'late' | 'told'> {
  if (signal.aborted) return 'told';
  let timer: NodeJS.Timeout | undefined;
  let tell: (() => void) | undefined;
  const others = new Promise<'late' | 'told'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, waitMs));
    tell = () => resolve('told');
    signal.addEventListener('abort', tell, { once: true });
  });
  try {
    return await Promise.race([next, others]);
  } finally {
    clearTimeout(timer);
    if (tell !== undefined) signal.removeEventListener('abort', tell);
  }
}
