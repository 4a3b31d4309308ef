import { ensureRedisServer, type RunningRedis, startRedis } from '@chappe/testing';
import type { UnitPlan } from '../services/unit.ts';

/** The stack's own Redis. */
export interface ProvidedRedis {
  url: string;
  unit: UnitPlan;
}

/** Starts Redis from the PATH, installing it where we may; undefined when there is none to be had. */
export async function provideRedis(plan: {
  dataDir: string;
  port: number;
  password: string;
  onProgress(text: string): void;
}): Promise<ProvidedRedis | undefined> {
  await ensureRedisServer(plan.onProgress);
  const first = await startRedis(plan);
  if (first === null) return undefined;
  let pending: RunningRedis | undefined = first;
  return {
    url: first.url,
    unit: {
      name: 'redis',
      async launch() {
        const running = pending ?? (await startRedis(plan));
        pending = undefined;
        if (running === null) throw new Error('redis-server is gone from the PATH');
        return running;
      },
      // The server has been waited for when it is launched.
      ready: async () => {},
    },
  };
}
