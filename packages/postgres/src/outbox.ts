import type { Log } from './log.ts';
import type { Pool, Queryable } from './pool.ts';

/** A record that waits, in the transaction that caused it, for its publication. */
export interface OutboxRow {
  topic: string;
  key: string;
  value: Buffer;
  headers?: Record<string, string>;
}

/** A stored row; `id` rises in the order of insertion. */
export interface StoredOutboxRow extends OutboxRow {
  id: bigint;
}

/** SQL of the outbox table named `outbox`; a service puts it into its first migration. */
export const outboxMigration = `CREATE TABLE IF NOT EXISTS outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb NOT NULL DEFAULT '{}'
);`;

/** Puts rows into the outbox, inside the caller's transaction. */
export async function enqueueOutbox(
  _client: Queryable,
  _rows: readonly OutboxRow[],
  _table = 'outbox',
): Promise<void> {
  throw new Error('not implemented');
}

/** How the relay works; `publish` resolves only when all rows are acknowledged. */
export interface OutboxRelayOptions {
  pool: Pool;
  table?: string;
  publish(rows: readonly StoredOutboxRow[]): Promise<void>;
  pollMs?: number;
  maxRows?: number;
  log: Log;
}

/** Publishes the outbox in order and deletes what was acknowledged. */
export interface OutboxRelay {
  start(): void;
  stop(): Promise<void>;
  /** Says that rows have just been committed, so that they leave before the next poll. */
  nudge(): void;
  health(): { failing: boolean; lastFailureCode: string | null; publishedRows: number };
}

/** Makes the relay of one outbox table; several replicas may run one, only one publishes at a time. */
export function createOutboxRelay(_options: OutboxRelayOptions): OutboxRelay {
  throw new Error('not implemented');
}
