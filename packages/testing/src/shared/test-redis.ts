import { sharedBacking } from './shared-backing.ts';

/** The URL of a Redis database of this test file's own; null when this machine has no Redis. */
export async function testRedis(): Promise<{ url: string } | null> {
  const { url } = await sharedBacking().redis();
  return url === null ? null : { url };
}
