import type { DirectorySnapshot } from '@chappe/directory';
import type { Log } from '@chappe/kafka';
import type { Pool } from '@chappe/postgres';
import type { Metrics } from '@chappe/service-kit';
import { createRerouteOrders } from './adapters/postgres-order-reroutes.ts';
import { createSuspensionRecorder } from './adapters/postgres-record-suspensions.ts';
import { createRerouteSettlement } from './adapters/postgres-settle-reroutes.ts';
import { createSuspendedWalk } from './adapters/postgres-walk-suspended.ts';
import { createRerouteMetrics } from './adapters/prometheus-reroutes.ts';
import {
  createOpenReroutes,
  createRerouteWatch,
  type RerouteSteps,
  type RerouteWatch,
} from './adapters/watch-reroutes.ts';
import type { MailboxConfig } from './config.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';

/** Joins the watch over suspended inboxes to the store. Its orders leave as errands, beside the reminders. */
export function assembleReroutes(
  config: MailboxConfig,
  parts: {
    pool: Pool;
    metrics: Metrics;
    overrides: MailboxOverrides;
    currentDirectory(): DirectorySnapshot | undefined;
    log: Log;
  },
): RerouteWatch {
  const { pool, log, overrides } = parts;
  const serviceCorrespondent = config.SERVICE_CORRESPONDENT;
  const mostUnsettled = config.REROUTE_MAX_UNSETTLED;
  const plain: RerouteSteps = {
    recordSuspensions: createSuspensionRecorder(pool),
    walkSuspended: createSuspendedWalk(pool, { span: config.REROUTE_WALK_SPAN }),
    orderReroutes: createRerouteOrders(pool, {
      serviceCorrespondent,
      mostUnsettled,
      batch: config.DEADLINE_SWEEP_BATCH,
    }),
    settleReroutes: createRerouteSettlement(pool, { serviceCorrespondent, mostUnsettled }),
  };
  return createRerouteWatch({
    steps: overrides.wrapReroutes?.(plain) ?? plain,
    anythingOpen: createOpenReroutes(pool),
    currentDirectory: parts.currentDirectory,
    onSettled: createRerouteMetrics(parts.metrics),
    everyMs: config.REROUTE_SWEEP_MS,
    log,
  });
}
