/** The router may not have the release yet that suspends: its replicas follow the directory each on its own. */
const mendedByWaiting = 'not-suspended';
const mostAttempts = 8;

/**
 * After how many milliseconds a refused order is given again, under another id; null when it is not. Attempts count
 * from one and double the wait: together they last some four minutes.
 */
export function retryRerouteInMs(code: string, attempts: number): number | null {
  if (code !== mendedByWaiting || attempts >= mostAttempts) return null;
  return 2_000 * 2 ** (attempts - 1);
}
