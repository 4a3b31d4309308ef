import { createPool, type Pool, replayPoolOptions } from '@chappe/postgres';
import type { Logger } from '@chappe/service-kit';
import type { MailboxConfig } from './config.ts';

/** The connections of this replica, apart by what they are for. */
export interface MailboxPools {
  /** Who applies deliveries, so that no burst of readers keeps a flash out of its inbox. */
  readonly writers: Pool;
  readonly readers: Pool;
  readonly deadlines: Pool;
  readonly webhooks: Pool;
  readonly replays: Pool;
  /** Readiness asks over a connection of its own: behind busy readers it would take a busy store for an absent one. */
  readonly probe: Pool;
  end(): Promise<unknown>;
}

/** Opens none of them yet: a pool connects when it is first asked. */
export function openPools(config: MailboxConfig, log: Logger): MailboxPools {
  const options = {
    url: config.POSTGRES_URL,
    statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: config.POSTGRES_LOCK_TIMEOUT_MS,
    log,
  };
  const max = config.POSTGRES_POOL_MAX;
  const pools = {
    writers: createPool({ ...options, applicationName: 'mailbox-apply', max }),
    readers: createPool({ ...options, applicationName: 'mailbox-read', max }),
    deadlines: createPool({ ...options, applicationName: 'mailbox-deadlines', max: 4 }),
    webhooks: createPool({ ...options, applicationName: 'mailbox-webhooks', max: 4 }),
    replays: createPool({ ...options, applicationName: 'mailbox-replay', ...replayPoolOptions }),
    probe: createPool({ ...options, applicationName: 'mailbox-readiness', max: 1 }),
  };
  return { ...pools, end: () => Promise.all(Object.values(pools).map((pool) => pool.end())) };
}
