import type { DependencyHealth } from '../http/http-server-options.ts';

/** Shorter than what readiness waits for any dependency. */
const patienceMs = 800;

/**
 * The store of files in the words of readiness, in time whatever the store does. Without it a service does all the
 * rest, so that it never makes the service unready.
 */
export async function storeHealth(check: () => Promise<void>): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyHealth['state']>((resolve) => {
    timer = setTimeout(resolve, patienceMs, 'unavailable');
  });
  const asked = check().then(
    () => 'ready' as const,
    () => 'unavailable' as const,
  );
  const state = await Promise.race([asked, late]);
  clearTimeout(timer);
  return { state, optional: true };
}
