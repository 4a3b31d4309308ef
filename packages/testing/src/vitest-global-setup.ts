import { ensureKafkaRuntime, ensureRedisServer } from './process/ensure-stores.ts';
import { ownBacking, serveBacking } from './shared/backing-server.ts';
import { backingVariable } from './shared/shared-backing.ts';

/**
 * One Kafka, one PostgreSQL and one Redis per vitest run, on free ports and in temporary folders,
 * each started by the first test file that asks for it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  // What a new machine lacks is installed here, before any test waits for it.
  await ensureKafkaRuntime(console.error);
  await ensureRedisServer(console.error);
  const backing = ownBacking();
  const served = await serveBacking(backing);
  process.env[backingVariable] = served.url;
  return async () => {
    delete process.env[backingVariable];
    await served.close();
    await backing.stop();
  };
}
