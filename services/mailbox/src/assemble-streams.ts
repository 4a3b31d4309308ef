import type { FacetFiler } from './adapters/postgres-file-facets.ts';
import type { InboxReader } from './adapters/postgres-inbox.ts';
import type { ReadOwnTracking } from './adapters/read-own-tracking.ts';
import { createRedisHints, noHints, receiptsChanged, type StreamHints } from './adapters/redis-hints.ts';
import {
  createStreamHub,
  type HubObserver,
  type StreamHub,
  type StreamStore,
} from './adapters/stream-hub.ts';
import { createStreamStore } from './adapters/stream-store.ts';
import { createTrackingHub, type TrackingHub, type TrackingSource } from './adapters/tracking-hub.ts';
import type { MailboxConfig } from './config.ts';
import type { InboxItem } from './domain/inbox-item.ts';
import { showItem } from './domain/show-item.ts';

/** The open streams of this replica, and how it and the others hear of what was committed. */
export interface AssembledStreams {
  readonly hub: StreamHub;
  readonly trackings: TrackingHub;
  readonly hints: StreamHints;
  readonly store: StreamStore;
  /** Pushes what this replica has just put into inboxes, and tells the others. Never throws. */
  announceItems(items: readonly InboxItem[]): void;
  /** Receipts were given in these threads for what is in this inbox: nobody shows it any more as it was. Never throws. */
  announceReceipts(correspondent: string, threadIds: readonly string[]): void;
  /** Something happened in these threads that whoever follows a sent message is to see. Never throws. */
  announceThreads(threadIds: readonly string[]): void;
  /** Rights may have changed: streams of who lost them end now. */
  recheck(): void;
  stop(): void;
}

const pageItems = 100;
const trackingsReadAtOnce = 4;
const windowLimits = { maxItems: 512, maxBytes: 1_048_576 };

/** Joins the hub to the store and, where there is a Redis, to the other replicas. */
export function assembleStreams(
  config: MailboxConfig,
  parts: {
    inbox: InboxReader;
    facets: Pick<FacetFiler, 'filedUpTo'>;
    readOwnTracking: ReadOwnTracking;
    readPulses: TrackingSource['readPulses'];
    observer: HubObserver;
    instanceId: string;
    nowMs(): number;
  },
): AssembledStreams {
  const { inbox, facets, readOwnTracking, readPulses, observer, instanceId, nowMs } = parts;
  const store = createStreamStore(inbox, facets);
  const limits = {
    maxBufferedBytes: config.STREAM_MAX_BUFFERED_BYTES,
    stallTimeoutMs: config.STREAM_STALL_TIMEOUT_MS,
    heartbeatMs: config.STREAM_HEARTBEAT_MS,
    pollMs: config.STREAM_POLL_MS,
  };
  const trackings = createTrackingHub({
    source: {
      async read(reader, messageId) {
        const subject = reader.subjectNow();
        const found = subject === null ? null : await readOwnTracking(subject, messageId);
        return found === null ? null : JSON.stringify(found.tracking);
      },
      readPulses,
    },
    limits: { ...limits, maxReads: trackingsReadAtOnce },
    nowMs,
    observer,
  });
  const hub = createStreamHub({
    store,
    limits: { ...limits, pageItems, window: windowLimits },
    showItem(item, reader) {
      const subject = reader.subjectNow();
      const shown = subject === null ? null : showItem(item, subject, nowMs());
      return shown === null ? null : JSON.stringify(shown);
    },
    nowMs,
    observer,
  });
  const hints =
    config.REDIS_URL === undefined
      ? noHints
      : createRedisHints({
          url: config.REDIS_URL,
          channel: `${config.KAFKA_TOPIC_PREFIX}mailbox.heads`,
          instanceId,
          onHint: (correspondent, number) =>
            number === receiptsChanged ? hub.forget(correspondent) : hub.hint(correspondent, number),
          onThreads: trackings.changed,
        });
  return {
    hub,
    trackings,
    hints,
    store,
    announceItems(items) {
      const heads = new Map<string, number>();
      for (const [correspondent, own] of Map.groupBy(items, (item) => item.correspondent)) {
        hub.publish(correspondent, own);
        heads.set(correspondent, own.at(-1)?.number ?? 0);
      }
      const threadIds = [...new Set(items.map((item) => item.threadId))];
      trackings.changed(threadIds);
      hints.send(heads, threadIds);
    },
    announceReceipts(correspondent, threadIds) {
      hub.forget(correspondent);
      trackings.changed(threadIds);
      hints.send(new Map([[correspondent, receiptsChanged]]), threadIds);
    },
    announceThreads(threadIds) {
      trackings.changed(threadIds);
      hints.send(new Map(), threadIds);
    },
    recheck() {
      hub.recheck();
      trackings.recheck();
    },
    stop() {
      hub.stop();
      trackings.stop();
    },
  };
}
