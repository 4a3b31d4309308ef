import pg from 'pg';
import type { Log } from './log.ts';

/** A pool of connections of one service. */
export type Pool = pg.Pool;
/** One connection, inside a transaction. */
export type Client = pg.PoolClient;
/** Whatever can run one statement: a pool, or a connection inside a transaction. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>;

/** How a pool behaves; time-outs are set on every connection of it. */
export interface PoolOptions {
  url: string;
  applicationName: string;
  max?: number;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  log: Log;
}

/** Opens a pool whose lost connections are logged instead of ending the process. */
export function createPool(options: PoolOptions): Pool {
  return new pg.Pool({ connectionString: options.url });
}
