import { type DeliveryFilter, matches } from '../domain/inbox-filter.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import { LiveWindow, type WindowLimits } from '../domain/live-window.ts';
import { type EndReason, heartbeatFrame } from '../domain/sse-frame.ts';
import type { Reader } from './reader-rights.ts';
import { createFrameRenderer } from './render-frames.ts';

/** The connection of one stream. */
export interface StreamOutlet {
  write(bytes: Buffer): void;
  /** What was written and has not left for the network. */
  bufferedBytes(): number;
  /** Resolves with `false` when the buffer did not empty in that time, or the connection is gone. */
  drained(timeoutMs: number): Promise<boolean>;
  /** Writes the last event where it still can be, and closes the connection. */
  end(reason: EndReason): void;
}

/** What the hub needs of the store. */
export interface StreamStore {
  /** The items after a number, ascending; numbers are committed in order, so a page has no hole. */
  readAfter(correspondent: string, number: number, limit: number): Promise<readonly InboxItem[]>;
  /** The same, leaving out what a filter does not ask for where it can; says how far it looked. */
  readMatching(
    correspondent: string,
    number: number,
    limit: number,
    filter: DeliveryFilter,
  ): Promise<StreamPage>;
  /** The epoch and, for each of these inboxes, the last number committed. */
  readHeads(correspondents: readonly string[]): Promise<InboxHeads>;
}

/** Some items of an inbox; of those up to `upTo`, all that may matter. */
export interface StreamPage {
  readonly items: readonly InboxItem[];
  readonly upTo: number;
}

/** Where some inboxes stand. */
export interface InboxHeads {
  readonly epoch: number;
  readonly last: ReadonlyMap<string, number>;
}

/** A stream to open. */
export interface StreamRequest {
  readonly reader: Reader;
  readonly outlet: StreamOutlet;
  readonly epoch: number;
  readonly position: number;
  readonly expiresAtMs: number;
  /** What it is narrowed by; null for everything. */
  readonly filter: DeliveryFilter | null;
}

/** What bounds the streams of one replica. */
export interface HubLimits {
  /** Above this a stream gets nothing more until it has caught up. */
  readonly maxBufferedBytes: number;
  /** How long a stream may stand still above that bound before it is cut off. */
  readonly stallTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How late another replica's commit is noticed when no hint arrives. */
  readonly pollMs: number;
  readonly pageItems: number;
  readonly window: WindowLimits;
}

/** What the hub makes known of itself. */
export interface HubObserver {
  opened(): void;
  ended(reason: EndReason | 'closed-by-reader'): void;
  pushed(items: number): void;
  failed(error: unknown): void;
}

/** Serves the open streams of one replica. */
export interface StreamHub {
  open(request: StreamRequest): { close(): void };
  /** Items that this replica has just committed, ascending, of one inbox. */
  publish(correspondent: string, items: readonly InboxItem[]): void;
  /** Another replica says that it committed up to this number. It may be wrong or missing. */
  hint(correspondent: string, number: number): void;
  /** What this replica holds in memory of an inbox is no longer as the store has it: it is read afresh. */
  forget(correspondent: string): void;
  /** Rights may have changed: streams of who lost them end now. */
  recheck(): void;
  /** Looks at the store for what no hint told of. */
  poll(): Promise<void>;
  openStreams(): number;
  stop(): void;
}

interface Session {
  readonly reader: Reader;
  readonly outlet: StreamOutlet;
  readonly epoch: number;
  readonly expiresAtMs: number;
  readonly filter: DeliveryFilter | null;
  position: number;
  live: boolean;
  ended: boolean;
  lastWriteMs: number;
}

interface Channel {
  readonly correspondent: string;
  readonly sessions: Set<Session>;
  window: LiveWindow<InboxItem> | null;
  opening: Promise<void> | null;
  catchingUp: boolean;
  behind: boolean;
}

const tickMs = 1_000;

/** Makes the hub; it runs no timer while no stream is open. */
export function createStreamHub(options: {
  store: StreamStore;
  limits: HubLimits;
  showItem(item: InboxItem, reader: Reader): string | null;
  nowMs(): number;
  observer: HubObserver;
}): StreamHub {
  const { store, limits, observer } = options;
  const channels = new Map<string, Channel>();
  const frameOf = createFrameRenderer(options.showItem);
  let timers: readonly NodeJS.Timeout[] = [];
  let polling = false;
  let openStreams = 0;

  function end(channel: Channel, session: Session, reason: EndReason | null): void {
    if (session.ended) return;
    session.ended = true;
    session.live = false;
    channel.sessions.delete(session);
    openStreams -= 1;
    if (channel.sessions.size === 0) channels.delete(channel.correspondent);
    if (channels.size === 0) stopTimers();
    if (reason !== null) session.outlet.end(reason);
    observer.ended(reason ?? 'closed-by-reader');
  }

  /** Writes items until the buffer is full; says whether all of them were written. */
  function deliver(session: Session, items: readonly InboxItem[]): boolean {
    const chunks: Buffer[] = [];
    let room = limits.maxBufferedBytes - session.outlet.bufferedBytes();
    let complete = true;
    for (const item of items) {
      if (item.number <= session.position) continue;
      if (room <= 0) {
        complete = false;
        break;
      }
      const wanted = session.filter === null || matches(item, session.filter);
      const frame = wanted ? frameOf(item, session.reader, session.epoch) : null;
      session.position = item.number;
      if (frame === null) continue;
      room -= frame.length;
      chunks.push(frame);
    }
    const [only] = chunks;
    if (only !== undefined) {
      session.outlet.write(chunks.length === 1 ? only : Buffer.concat(chunks));
      session.lastWriteMs = options.nowMs();
      observer.pushed(chunks.length);
    }
    return complete;
  }

  /**
   * Serves from the store until everything after the stream's position is in the window; the check and
   * the joining happen without anything in between, so nothing is lost or repeated. A live stream whose
   * buffer is full comes back here: the store, not memory, holds what it has not read.
   */
  async function replay(channel: Channel, session: Session): Promise<void> {
    session.live = false;
    while (!session.ended) {
      if (session.outlet.bufferedBytes() >= limits.maxBufferedBytes) {
        if (!(await session.outlet.drained(limits.stallTimeoutMs))) {
          end(channel, session, 'reader-too-slow');
          return;
        }
        continue;
      }
      await channel.opening;
      if (session.ended || channel.window === null) return;
      if (session.reader.subjectNow() === null) {
        end(channel, session, 'rights-changed');
        return;
      }
      if (channel.window.covers(session.position)) {
        if (!deliver(session, channel.window.after(session.position))) continue;
        session.live = true;
        return;
      }
      const page = await readPage(channel.correspondent, session);
      if (session.ended) return;
      if (page.upTo <= session.position) {
        end(channel, session, 'reset');
        return;
      }
      if (session.reader.subjectNow() !== null && deliver(session, page.items)) session.position = page.upTo;
    }
  }

  async function readPage(correspondent: string, { position, filter }: Session): Promise<StreamPage> {
    if (filter !== null) return store.readMatching(correspondent, position, limits.pageItems, filter);
    const items = await store.readAfter(correspondent, position, limits.pageItems);
    return { items, upTo: items.at(-1)?.number ?? position };
  }

  function startReplay(channel: Channel, session: Session): void {
    replay(channel, session).catch((error: unknown) => {
      observer.failed(error);
      // The reader comes back and resumes: it was told nothing that it does not have.
      end(channel, session, 'shutdown');
    });
  }

  function push(channel: Channel, items: readonly InboxItem[]): void {
    for (const session of [...channel.sessions]) {
      if (!session.live) continue;
      if (session.reader.subjectNow() === null) {
        end(channel, session, 'rights-changed');
      } else if (!deliver(session, items)) {
        startReplay(channel, session);
      }
    }
  }

  function offer(channel: Channel, items: readonly InboxItem[]): void {
    if (channel.window === null) {
      channel.behind = true;
      return;
    }
    const admission = channel.window.offer(items);
    if (admission.status === 'appended') {
      // A recall may have withdrawn what the window holds.
      if (admission.items.some((item) => item.kind === 'CANCELLATION')) empty(channel);
      push(channel, admission.items);
    }
    if (admission.status === 'gap') catchUp(channel);
  }

  /** Whoever replays from here on reads the store. */
  function empty(channel: Channel): void {
    if (channel.window !== null) channel.window = new LiveWindow(channel.window.head, limits.window);
  }

  /** Reads what others committed after the window's head; one read at a time per inbox. */
  function catchUp(channel: Channel): void {
    channel.behind = true;
    if (channel.catchingUp) return;
    channel.catchingUp = true;
    readBehind(channel).catch(observer.failed);
  }

  async function readBehind(channel: Channel): Promise<void> {
    try {
      while (channel.behind && channel.window !== null && channel.sessions.size > 0) {
        channel.behind = false;
        const page = await store.readAfter(channel.correspondent, channel.window.head, limits.pageItems);
        offer(channel, page);
        if (page.length === limits.pageItems) channel.behind = true;
      }
    } finally {
      channel.catchingUp = false;
    }
  }

  function channelFor(correspondent: string): Channel {
    const known = channels.get(correspondent);
    if (known !== undefined) return known;
    const channel: Channel = {
      correspondent,
      sessions: new Set(),
      window: null,
      opening: null,
      catchingUp: false,
      behind: false,
    };
    channel.opening = store.readHeads([correspondent]).then((heads) => {
      channel.window = new LiveWindow(heads.last.get(correspondent) ?? 0, limits.window);
      channel.opening = null;
      if (channel.behind) catchUp(channel);
    });
    // Awaited by the streams of this channel; without one, a failure matters to nobody.
    channel.opening.catch(() => undefined);
    channels.set(correspondent, channel);
    return channel;
  }

  function tick(): void {
    const nowMs = options.nowMs();
    for (const channel of [...channels.values()]) {
      for (const session of [...channel.sessions]) {
        if (nowMs >= session.expiresAtMs) end(channel, session, 'token-expired');
        else if (session.reader.subjectNow() === null) end(channel, session, 'rights-changed');
        else if (session.live && nowMs - session.lastWriteMs >= limits.heartbeatMs) heartbeat(session, nowMs);
      }
    }
  }

  function heartbeat(session: Session, nowMs: number): void {
    session.outlet.write(Buffer.from(heartbeatFrame({ epoch: session.epoch, number: session.position })));
    session.lastWriteMs = nowMs;
  }

  async function poll(): Promise<void> {
    if (polling || channels.size === 0) return;
    polling = true;
    try {
      const heads = await store.readHeads([...channels.keys()]);
      for (const channel of [...channels.values()]) comparePolled(channel, heads);
    } catch (error) {
      observer.failed(error);
    } finally {
      polling = false;
    }
  }

  function comparePolled(channel: Channel, heads: InboxHeads): void {
    for (const session of [...channel.sessions]) {
      if (session.epoch !== heads.epoch) end(channel, session, 'reset');
    }
    const last = heads.last.get(channel.correspondent) ?? 0;
    if (channel.window !== null && last > channel.window.head) catchUp(channel);
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
      const session: Session = { ...request, live: false, ended: false, lastWriteMs: options.nowMs() };
      const channel = channelFor(request.reader.correspondent);
      channel.sessions.add(session);
      openStreams += 1;
      startTimers();
      observer.opened();
      startReplay(channel, session);
      return { close: () => end(channel, session, null) };
    },
    publish(correspondent, items) {
      const channel = channels.get(correspondent);
      if (channel === undefined) return;
      try {
        offer(channel, items);
      } catch (error) {
        // The items are committed: a stream that could not be served must not look like a failed slice.
        observer.failed(error);
      }
    },
    hint(correspondent, number) {
      const channel = channels.get(correspondent);
      if (channel === undefined) return;
      if (channel.window === null) channel.behind = true;
      else if (number > channel.window.head) catchUp(channel);
    },
    forget(correspondent) {
      const channel = channels.get(correspondent);
      if (channel !== undefined) empty(channel);
    },
    recheck: tick,
    poll,
    openStreams: () => openStreams,
    stop() {
      stopTimers();
      for (const channel of [...channels.values()]) {
        for (const session of [...channel.sessions]) end(channel, session, 'shutdown');
      }
    },
  };
}
