import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { classifyPostgresError, markTransient } from './classify-error.ts';
import type { Client, Pool } from './pool.ts';

/** How often a serialisation failure or a deadlock is tried again, and how isolated the transaction is. */
export interface TransactionOptions {
  retries?: number;
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

const begin = {
  'read committed': 'BEGIN',
  'repeatable read': 'BEGIN ISOLATION LEVEL REPEATABLE READ',
  serializable: 'BEGIN ISOLATION LEVEL SERIALIZABLE',
} as const;

/**
 * Runs `work` in one transaction: commits what it returns, rolls back what it throws. Repeats it after a
 * serialisation failure or a deadlock, so it must be free of effects outside the database. A thrown
 * PostgreSQL error carries `transient`.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: Client) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const retries = options.retries ?? 3;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await runOnce(pool, work, begin[options.isolation ?? 'read committed']);
    } catch (error) {
      if (classifyPostgresError(error) !== 'retry-transaction' || attempt >= retries)
        throw markTransient(error);
      await sleep(5 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

async function runOnce<T>(pool: Pool, work: (client: Client) => Promise<T>, opening: string): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(opening);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // After an error of the driver the connection may still be busy with the old statement: close it, which
    // also rolls back. After one of the server or of the caller a plain ROLLBACK leaves it fit for use.
    const ofDriver = classifyPostgresError(error) === 'transient' && !(error instanceof pg.DatabaseError);
    if (ofDriver && error instanceof Error) failure = error;
    else {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        failure = rollbackError;
      });
    }
    throw error;
  } finally {
    client.release(failure);
  }
}
