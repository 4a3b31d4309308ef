import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { endStoppedFetchers } from './end-stopped-fetchers.ts';

/** What a consumer says that is told to stop while its fetchers change; null when it never says anything. */
async function stopWhileFetchersChange(who: 'kafkajs' | 'ours'): Promise<unknown> {
  const fixture = new URL('./stopped-consumer.fixture.ts', import.meta.url);
  const worker = new Worker(fixture, { workerData: who });
  try {
    const said = once(worker, 'message').then(([message]) => message);
    return await Promise.race([said, sleep(3_000, null, { ref: false })]);
  } finally {
    await worker.terminate();
  }
}

describe('a consumer that is stopped while the brokers of its metadata change', () => {
  it('kafkajs: never comes to rest, and nothing else of its thread runs again', async () => {
    expect(await stopWhileFetchersChange('kafkajs')).toBeNull();
  });

  it('ours: stops', async () => {
    expect(await stopWhileFetchersChange('ours')).toMatchObject({ stopped: true });
  });

  it('is mended once, however many clients are opened', () => {
    endStoppedFetchers();
    expect(() => endStoppedFetchers()).not.toThrow();
  });
});
