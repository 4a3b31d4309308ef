import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Logger } from '@chappe/service-kit';
import { Redis } from 'ioredis';
import type { SubmissionMemory } from '../submit-message.ts';

/** How to reach Redis, and how to know that an entry is ours. */
export interface RedisSubmissionCacheOptions {
  readonly url: string;
  /** Shared by the replicas; whoever can write to Redis but lacks it can fake nothing. */
  readonly secret: string;
  readonly keyPrefix: string;
  readonly ttlS: number;
  readonly commandTimeoutMs: number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** The shared memory of acknowledged submissions. Losing it costs speed and the early 422, nothing else. */
export interface RedisSubmissionCache extends SubmissionMemory {
  state(): 'ready' | 'unavailable';
  close(): Promise<void>;
}

/** After a command failed, Redis is left alone this long: every request would wait for its time-out. */
const restMs = 1_000;

/** Opens the cache; it connects by itself, and again whenever Redis comes back. */
export function openRedisSubmissionCache(options: RedisSubmissionCacheOptions): RedisSubmissionCache {
  const redis = new Redis(options.url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs,
    connectTimeout: 1_000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 5_000),
  });
  let restUntilMs = 0;
  let isReported = false;
  redis.on('ready', () => {
    restUntilMs = 0;
    isReported = false;
    options.log.info({ dependency: 'redis' }, 'submission cache connected');
  });
  redis.on('error', (err: unknown) => failed(err));

  function failed(err: unknown): void {
    restUntilMs = performance.now() + restMs;
    if (isReported) return;
    isReported = true;
    options.log.warn({ dependency: 'redis', err }, 'submission cache away, going on without it');
  }

  const isUsable = (): boolean => redis.status === 'ready' && performance.now() >= restUntilMs;
  const keyOf = (messageId: string): string => `${options.keyPrefix}submission:${messageId}`;

  return {
    async recall(messageId) {
      if (!isUsable()) return undefined;
      try {
        const entry = await redis.get(keyOf(messageId));
        return entry === null ? undefined : openEntry(entry, messageId, options.secret);
      } catch (err) {
        failed(err);
        return undefined;
      }
    },
    remember(messageId, requestDigest) {
      if (!isUsable()) return;
      redis
        .set(keyOf(messageId), sealEntry(requestDigest, messageId, options.secret), 'EX', options.ttlS)
        .catch(failed);
    },
    state: () => (isUsable() ? 'ready' : 'unavailable'),
    async close() {
      if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
      else redis.disconnect();
    },
  };
}

/** Digest and authentication code; the code also binds the entry to its message id. */
export function sealEntry(requestDigest: string, messageId: string, secret: string): string {
  return `${requestDigest}.${authenticate(requestDigest, messageId, secret)}`;
}

/** The digest of an authentic entry; anything else counts as no entry. */
export function openEntry(entry: string, messageId: string, secret: string): string | undefined {
  const [requestDigest = '', code = ''] = entry.split('.');
  const expected = Buffer.from(authenticate(requestDigest, messageId, secret));
  const given = Buffer.from(code);
  return given.length === expected.length && timingSafeEqual(given, expected) ? requestDigest : undefined;
}

function authenticate(requestDigest: string, messageId: string, secret: string): string {
  return createHmac('sha256', secret).update(`${messageId}.${requestDigest}`).digest('base64url');
}
