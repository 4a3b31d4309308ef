import { Redis } from 'ioredis';

/** Stands for a number in a hint: not the inbox grew, but receipts were given for what is in it. */
export const receiptsChanged = 0;

/** Tells the other replicas how far inboxes have grown. Losing every hint only makes streams slower. */
export interface StreamHints {
  start(): Promise<void>;
  /** Says how far these inboxes have grown, and in which threads; never waits and never fails. */
  send(heads: ReadonlyMap<string, number>, threadIds: readonly string[]): void;
  health(): 'ready' | 'degraded';
  stop(): void;
}

const settings = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  lazyConnect: true,
  retryStrategy: (attempt: number) => Math.min(200 * attempt, 5_000),
} as const;

/** Hints over Redis pub/sub. They carry codes of correspondents and numbers, no content. */
export function createRedisHints(options: {
  url: string;
  channel: string;
  instanceId: string;
  onHint(correspondent: string, number: number): void;
  onThreads(threadIds: readonly string[]): void;
}): StreamHints {
  const publisher = new Redis(options.url, { ...settings, commandTimeout: 500 });
  const subscriber = new Redis(options.url, { ...settings, autoResubscribe: true });
  // Without a listener a lost connection would end the process; reconnecting is ioredis's own affair.
  for (const connection of [publisher, subscriber]) connection.on('error', () => undefined);
  subscriber.on('ready', () => {
    // Without hints the poll finds what is new, a moment later.
    subscriber.subscribe(options.channel).catch(() => undefined);
  });
  subscriber.on('message', (_channel: string, text: string) => {
    const { heads, threadIds } = readHint(text, options.instanceId);
    for (const [correspondent, number] of heads) options.onHint(correspondent, number);
    if (threadIds.length > 0) options.onThreads(threadIds);
  });
  return {
    async start() {
      await Promise.allSettled([publisher.connect(), subscriber.connect()]);
    },
    send(heads, threadIds) {
      if (publisher.status !== 'ready' || (heads.size === 0 && threadIds.length === 0)) return;
      const text = JSON.stringify({
        from: options.instanceId,
        heads: Object.fromEntries(heads),
        threads: threadIds,
      });
      // A lost hint is found by the poll.
      publisher.publish(options.channel, text).catch(() => undefined);
    },
    health: () => (publisher.status === 'ready' && subscriber.status === 'ready' ? 'ready' : 'degraded'),
    stop() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** A mailbox without Redis: replicas find each other's commits by polling. */
export const noHints: StreamHints = {
  start: async () => undefined,
  send: () => undefined,
  health: () => 'ready',
  stop: () => undefined,
};

interface ReadHint {
  readonly heads: readonly (readonly [string, number])[];
  readonly threadIds: readonly string[];
}

const nothing: ReadHint = { heads: [], threadIds: [] };

/** Anybody with access to Redis can write anything: a hint is believed only to be worth a look. */
function readHint(text: string, ownInstanceId: string): ReadHint {
  try {
    const hint: unknown = JSON.parse(text);
    if (typeof hint !== 'object' || hint === null || Reflect.get(hint, 'from') === ownInstanceId)
      return nothing;
    const heads: unknown = Reflect.get(hint, 'heads');
    const threads: unknown = Reflect.get(hint, 'threads');
    return {
      heads: Object.entries(typeof heads === 'object' && heads !== null ? heads : {}).filter(
        (entry): entry is [string, number] => Number.isSafeInteger(entry[1]),
      ),
      threadIds: Array.isArray(threads) ? threads.filter((each) => typeof each === 'string') : [],
    };
  } catch {
    return nothing;
  }
}
