import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is not undefined; after `withinMs` throws with the words of `what`. */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await pause(100);
  }
  throw new Error(`${what}: not within ${withinMs} ms`, { cause: lastError });
}
