import { type Backing, type KafkaBacking, ownBacking } from './backing-server.ts';

/** Where the stores of the run are served, set by the global set-up of vitest. */
export const backingVariable = 'CHAPPE_TEST_BACKING';

let own: Backing | undefined;

/**
 * The stores of this test run: those that the global set-up serves, or, outside of one, this
 * process's own, which the reaper ends with it.
 */
export function sharedBacking(): Backing {
  const url = process.env[backingVariable];
  if (url === undefined) {
    own ??= ownBacking();
    return own;
  }
  return {
    kafka: () => ask<KafkaBacking>(url, 'kafka'),
    postgres: () => ask<{ url: string }>(url, 'postgres'),
    redis: () => ask<{ url: string | null }>(url, 'redis'),
  };
}

async function ask<T>(url: string, store: keyof Backing): Promise<T> {
  const response = await fetch(`${url}/${store}`);
  if (!response.ok) throw new Error(`the ${store} of the tests did not start: ${await response.text()}`);
  return await (response.json() as Promise<T>);
}
