import type { DirectoryReplica } from './open-directory-replica.ts';

/**
 * How a replica is, in the words of readiness: unavailable before its first release, degraded while it serves one
 * without following its topic, so that a suspension would not bite.
 */
export function directoryState(replica: Pick<DirectoryReplica, 'health'> | undefined): {
  state: 'ready' | 'degraded' | 'unavailable';
} {
  const health = replica?.health();
  if (health === undefined || !health.ready) return { state: 'unavailable' };
  return { state: health.following ? 'ready' : 'degraded' };
}
