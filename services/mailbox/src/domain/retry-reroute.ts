/**
 * The router may not have the release yet that suspends, since its replicas follow the directory each on its own; nor,
 * after a restore, the message that the order is about.
 */
const mendedByWaiting: readonly string[] = ['not-suspended', 'reference-unavailable', 'too-many-waiting'];
const mostAttempts = 8;

/**
 * After how many milliseconds a refused order is given again, under another id; null when it is not. Attempts count
 * from one and double the wait: together they last some four minutes.
 */
export function retryRerouteInMs(code: string, attempts: number): number | null {
  if (!mendedByWaiting.includes(code) || attempts >= mostAttempts) return null;
  return 2_000 * 2 ** (attempts - 1);
}
