import { createHash } from 'node:crypto';
import type { EndReason } from '../domain/sse-frame.ts';
import { trackingFrame, trackingHeartbeat } from '../domain/tracking-frame.ts';
import type { Reader } from './reader-rights.ts';
import type { StreamOutlet } from './stream-hub.ts';

/** Somebody who watches one sent message. */
export interface TrackingRequest {
  readonly reader: Reader;
  readonly messageId: string;
  readonly threadId: string;
  readonly outlet: StreamOutlet;
  readonly expiresAtMs: number;
  /** The state that the reader has already. */
  readonly lastId: string | null;
}

/** What the hub needs of the rest of the service. */
export interface TrackingSource {
  /** The state as this reader may see it now, as one line of JSON; null when it may not see the message. */
  read(reader: Reader, messageId: string): Promise<string | null>;
  /** For each of these threads a word that changes with every delivery and receipt in it. */
  readPulses(threadIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What bounds the watching of one replica. */
export interface TrackingLimits {
  readonly maxBufferedBytes: number;
  readonly stallTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly pollMs: number;
  /** States read at once, so that many who watch do not keep others from the store. */
  readonly maxReads: number;
}

/** Serves those who watch what happens to messages they sent. */
export interface TrackingHub {
  open(request: TrackingRequest): { close(): void };
  /** Something was committed in these threads, here or at another replica. It may be wrong or missing. */
  changed(threadIds: Iterable<string>): void;
  recheck(): void;
  poll(): Promise<void>;
  openStreams(): number;
  stop(): void;
}

interface Watch extends TrackingRequest {
  shownId: string | null;
  lastWriteMs: number;
  lastReadMs: number;
  reading: boolean;
  stalled: boolean;
  ended: boolean;
}

const tickMs = 1_000;

/**
 * A stream carries states, not steps: each event is the whole tracking, and a reader that was away or slow gets the
 * present one. So nothing is kept for anybody beyond one state, and what was missed is in its receipts.
 *
 * Hints say that something happened in a thread; the poll finds what no hint told of, and every heartbeat looks again,
 * for what changes by time alone.
 */
export function createTrackingHub(options: {
  source: TrackingSource;
  limits: TrackingLimits;
  nowMs(): number;
  observer: {
    opened(): void;
    ended(reason: EndReason | 'closed-by-reader'): void;
    failed(error: unknown): void;
  };
}): TrackingHub {
  const { source, limits, nowMs, observer } = options;
  const threads = new Map<string, Set<Watch>>();
  const pulses = new Map<string, string>();
  const due = new Set<Watch>();
  let timers: readonly NodeJS.Timeout[] = [];
  let reads = 0;
  let open = 0;
  let polling = false;

  const all = (): Watch[] => [...threads.values()].flatMap((watches) => [...watches]);

  function end(watch: Watch, reason: EndReason | null): void {
    if (watch.ended) return;
    watch.ended = true;
    due.delete(watch);
    open -= 1;
    const watches = threads.get(watch.threadId);
    watches?.delete(watch);
    if (watches?.size === 0) {
      threads.delete(watch.threadId);
      pulses.delete(watch.threadId);
    }
    if (threads.size === 0) stopTimers();
    if (reason !== null) watch.outlet.end(reason);
    observer.ended(reason ?? 'closed-by-reader');
  }

  /** A change that comes while a state is being read is looked at afterwards, however many they are. */
  function look(watch: Watch): void {
    due.add(watch);
    work();
  }

  function work(): void {
    for (const watch of due) {
      if (reads >= limits.maxReads) return;
      if (watch.reading) continue;
      due.delete(watch);
      reads += 1;
      watch.reading = true;
      show(watch)
        .catch((error: unknown) => {
          observer.failed(error);
          // The reader comes back and is told how things stand.
          end(watch, 'shutdown');
        })
        .finally(() => {
          watch.reading = false;
          reads -= 1;
          work();
        });
    }
  }

  async function show(watch: Watch): Promise<void> {
    if (watch.reader.subjectNow() === null) return end(watch, 'rights-changed');
    watch.lastReadMs = nowMs();
    const json = await source.read(watch.reader, watch.messageId);
    if (watch.ended) return;
    // Read anew: rights may have gone while the store was asked.
    if (json === null || watch.reader.subjectNow() === null) return end(watch, 'rights-changed');
    const id = idOf(json);
    if (id === watch.shownId) return;
    if (watch.outlet.bufferedBytes() >= limits.maxBufferedBytes) return waitForRoom(watch);
    watch.outlet.write(Buffer.from(trackingFrame(id, json)));
    watch.shownId = id;
    watch.lastWriteMs = nowMs();
  }

  /** Whoever has room again gets the state of then. */
  function waitForRoom(watch: Watch): void {
    if (watch.stalled) return;
    watch.stalled = true;
    watch.outlet.drained(limits.stallTimeoutMs).then((drained) => {
      watch.stalled = false;
      if (drained) look(watch);
      else end(watch, 'reader-too-slow');
    }, observer.failed);
  }

  function tick(): void {
    const now = nowMs();
    for (const watch of all()) {
      if (now >= watch.expiresAtMs) end(watch, 'token-expired');
      else if (watch.reader.subjectNow() === null) end(watch, 'rights-changed');
      else beat(watch, now);
    }
  }

  function beat(watch: Watch, now: number): void {
    if (now - watch.lastReadMs >= limits.heartbeatMs) look(watch);
    if (now - watch.lastWriteMs < limits.heartbeatMs) return;
    watch.outlet.write(Buffer.from(trackingHeartbeat));
    watch.lastWriteMs = now;
  }

  async function poll(): Promise<void> {
    if (polling || threads.size === 0) return;
    polling = true;
    try {
      const read = await source.readPulses([...threads.keys()]);
      for (const [threadId, watches] of threads) {
        const pulse = read.get(threadId) ?? '';
        const known = pulses.get(threadId);
        pulses.set(threadId, pulse);
        if (known !== pulse) watches.forEach(look);
      }
    } catch (error) {
      observer.failed(error);
    } finally {
      polling = false;
    }
  }

  function startTimers(): void {
    if (timers.length > 0) return;
    timers = [setInterval(tick, tickMs), setInterval(() => void poll(), limits.pollMs)];
  }

  function stopTimers(): void {
    for (const timer of timers) clearInterval(timer);
    timers = [];
  }

  return {
    open(request) {
      const now = nowMs();
      const watch: Watch = {
        ...request,
        ...{
          shownId: request.lastId,
          lastWriteMs: now,
          lastReadMs: now,
          reading: false,
          stalled: false,
          ended: false,
        },
      };
      const watches = threads.get(request.threadId) ?? new Set();
      threads.set(request.threadId, watches.add(watch));
      open += 1;
      startTimers();
      observer.opened();
      look(watch);
      return { close: () => end(watch, null) };
    },
    changed(threadIds) {
      for (const threadId of threadIds) threads.get(threadId)?.forEach(look);
    },
    recheck: tick,
    poll,
    openStreams: () => open,
    stop() {
      stopTimers();
      for (const watch of all()) end(watch, 'shutdown');
    },
  };
}

/** Names a state by what it says, so that whoever comes back with it is told only what is new. */
function idOf(json: string): string {
  return createHash('sha256').update(json).digest('base64url').slice(0, 22);
}
