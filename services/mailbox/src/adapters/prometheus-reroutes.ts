import type { Metrics } from '@chappe/service-kit';
import type { SettledReroute } from './postgres-settle-reroutes.ts';

/** Registers what is measured of reroutes, and counts them as they are settled. */
export function createRerouteMetrics(metrics: Metrics): (settled: readonly SettledReroute[]) => void {
  const reroutes = metrics.counter(
    'chappe_mailbox_reroutes_total',
    'Orders to reroute on which the router decided: DONE, AGAIN (will be repeated) or REFUSED',
    ['outcome'],
  );
  return (settled) => {
    for (const { outcome } of settled) reroutes.inc({ outcome });
  };
}
