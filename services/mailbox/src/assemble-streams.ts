import type { InboxReader } from './adapters/postgres-inbox.ts';
import { createRedisHints, noHints, receiptsChanged, type StreamHints } from './adapters/redis-hints.ts';
import {
  createStreamHub,
  type HubObserver,
  type StreamHub,
  type StreamStore,
} from './adapters/stream-hub.ts';
import type { MailboxConfig } from './config.ts';
import type { InboxItem } from './domain/inbox-item.ts';
import { showItem } from './domain/show-item.ts';

/** The open streams of this replica, and how it and the others hear of what was committed. */
export interface AssembledStreams {
  readonly hub: StreamHub;
  readonly hints: StreamHints;
  readonly store: StreamStore;
  /** Pushes what this replica has just put into inboxes, and tells the others. Never throws. */
  announceItems(items: readonly InboxItem[]): void;
  /** Receipts were given for what is in this inbox: nobody shows it any more as it was. Never throws. */
  announceReceipts(correspondent: string): void;
}

const pageItems = 100;
const windowLimits = { maxItems: 512, maxBytes: 1_048_576 };

/** Joins the hub to the store and, where there is a Redis, to the other replicas. */
export function assembleStreams(
  config: MailboxConfig,
  parts: { inbox: InboxReader; observer: HubObserver; instanceId: string; nowMs(): number },
): AssembledStreams {
  const { inbox, observer, instanceId, nowMs } = parts;
  const store: StreamStore = {
    readAfter: (correspondent, from, limit) => inbox.page({ correspondent, from, limit, order: 'ascending' }),
    readHeads: inbox.heads,
  };
  const hub = createStreamHub({
    store,
    limits: {
      maxBufferedBytes: config.STREAM_MAX_BUFFERED_BYTES,
      stallTimeoutMs: config.STREAM_STALL_TIMEOUT_MS,
      heartbeatMs: config.STREAM_HEARTBEAT_MS,
      pollMs: config.STREAM_POLL_MS,
      pageItems,
      window: windowLimits,
    },
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
        });
  return {
    hub,
    hints,
    store,
    announceItems(items) {
      const heads = new Map<string, number>();
      for (const [correspondent, own] of Map.groupBy(items, (item) => item.correspondent)) {
        hub.publish(correspondent, own);
        heads.set(correspondent, own.at(-1)?.number ?? 0);
      }
      hints.send(heads);
    },
    announceReceipts(correspondent) {
      hub.forget(correspondent);
      hints.send(new Map([[correspondent, receiptsChanged]]));
    },
  };
}
