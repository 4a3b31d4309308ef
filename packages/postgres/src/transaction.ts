import type { Client, Pool } from './pool.ts';

/** How often a serialisation failure or a deadlock is tried again, and how isolated the transaction is. */
export interface TransactionOptions {
  retries?: number;
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

/**
 * Runs `work` in one transaction: commits what it returns, rolls back what it throws. Repeats it after a
 * serialisation failure or a deadlock. A thrown PostgreSQL error carries `transient`.
 */
export async function inTransaction<T>(
  _pool: Pool,
  _work: (client: Client) => Promise<T>,
  _options: TransactionOptions = {},
): Promise<T> {
  throw new Error('not implemented');
}
