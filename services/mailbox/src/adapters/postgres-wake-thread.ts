import type { Client } from '@chappe/postgres';

/** A reroute by its key. */
export interface RerouteKey {
  readonly suspension_id: string;
  readonly delivery_id: string;
}

/** Why a reroute waits for another one of its thread. */
export const behind = 'BEHIND';

/**
 * Lets go on what waits in the threads of some reroutes that are settled: of each thread whatever is first now. In the
 * transaction that settles them, so that no process that dies leaves a thread waiting.
 */
export async function wakeThreads(client: Client, settled: readonly RerouteKey[]): Promise<void> {
  if (settled.length === 0) return;
  await client.query({
    name: 'reroute-wake',
    text: `UPDATE reroute AS r SET next_at = clock_timestamp(), code = NULL
           FROM unnest($1::uuid[], $2::uuid[]) AS k(suspension_id, delivery_id)
           JOIN reroute AS d ON d.suspension_id = k.suspension_id AND d.delivery_id = k.delivery_id
           CROSS JOIN LATERAL (
             SELECT w.delivery_id FROM reroute AS w
             WHERE w.suspension_id = d.suspension_id AND w.thread_id = d.thread_id
               AND w.state IN ('WAITING', 'ORDERED')
             ORDER BY w.follows, w.number LIMIT 1) AS f
           WHERE r.suspension_id = d.suspension_id AND r.delivery_id = f.delivery_id
             AND r.state = 'WAITING' AND r.code = '${behind}'`,
    values: [settled.map((each) => each.suspension_id), settled.map((each) => each.delivery_id)],
  });
}
