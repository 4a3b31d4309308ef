import { Redis } from 'ioredis';
import type { Fault, FaultContext } from './fault.ts';
import { hold } from './hold.ts';

const withoutRedis = ({ state }: FaultContext['stack']): string | undefined =>
  state.redis === null ? 'this stack runs without Redis' : undefined;

/** SIGKILL of Redis: the memory of submissions is gone, and for a while there is none. */
export const killRedis: Fault = {
  kind: 'kill-redis',
  title: 'SIGKILL of Redis',
  touches: ['redis'],
  needs: [],
  leastHoldMs: 0,
  mostHoldMs: 8_000,
  brokers: 1,
  obstacle: withoutRedis,
  async run({ stack, holdMs, signal }) {
    const redis = stack.process('redis');
    await redis.crash();
    await hold(holdMs, signal);
    await redis.restart();
    return `redis was killed and away for ${holdMs} ms; it came back empty`;
  },
};

/** FLUSHALL, several times: every retry looks like a first attempt. */
export const emptyRedis: Fault = {
  kind: 'empty-redis',
  title: 'Redis emptied, repeatedly',
  touches: ['redis'],
  needs: [],
  leastHoldMs: 500,
  mostHoldMs: 4_000,
  brokers: 1,
  obstacle: withoutRedis,
  async run({ stack, holdMs, signal }) {
    return await withRedis(stack.state.redis, async (redis) => {
      const endAtMs = performance.now() + holdMs;
      let gone = 0;
      do {
        gone += await redis.dbsize();
        await redis.flushall();
        await hold(250, signal);
      } while (performance.now() < endAtMs && !signal.aborted);
      return `${gone} entries gone`;
    });
  },
};

/** Runs work with a client that fails at once rather than waits. */
export async function withRedis<T>(url: string | null, work: (redis: Redis) => Promise<T>): Promise<T> {
  if (url === null) throw new Error('this stack runs without Redis');
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
