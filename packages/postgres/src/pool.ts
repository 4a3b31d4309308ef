import pg from 'pg';
import { markTransient, postgresErrorCode } from './classify-error.ts';
import type { Log } from './log.ts';

/** A pool of connections of one service. */
export type Pool = pg.Pool;
/** One connection, inside a transaction. */
export type Client = pg.PoolClient;
/** Whatever can run one statement: a pool, or a connection inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** How a pool behaves; time-outs hold on every connection of it. */
export interface PoolOptions {
  url: string;
  applicationName: string;
  max?: number;
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  log: Log;
}

/** Opens a pool whose lost connections are logged instead of ending the process. */
export function createPool(options: PoolOptions): Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? 15_000;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 5_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 10_000,
    // A server that is stopped or cut off answers no statement time-out: the client keeps its own.
    query_timeout: statementTimeoutMs + 2_000,
  });
  const report = (error: Error): void => {
    options.log.warn({ code: postgresErrorCode(error) ?? error.name }, 'connection to PostgreSQL lost');
  };
  pool.on('error', report);
  // A connection in use reports through its query; without a listener of its own it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.query = marking(pool.query);
  return pool;
}

/** A statement outside a transaction fails as one inside does: carrying `transient`. */
function marking<F extends pg.Pool['query']>(run: F): F {
  return new Proxy(run, {
    apply(target, self, parts) {
      const result: unknown = Reflect.apply(target, self, parts);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw markTransient(error);
      });
    },
  });
}
