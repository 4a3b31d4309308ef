import type { Log } from './log.ts';
import {
  deleteOutboxRows,
  oldestOutboxRows,
  outboxHasRows,
  outboxTable,
  type StoredOutboxRow,
} from './outbox.ts';
import type { Pool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** How the relay works; `publish` resolves only when all rows are acknowledged. */
export interface OutboxRelayOptions {
  pool: Pool;
  table?: string;
  publish(rows: readonly StoredOutboxRow[]): Promise<void>;
  pollMs?: number;
  maxRows?: number;
  maxBytes?: number;
  /** How long one publication may take before the database gives the lock to another replica. */
  publishTimeoutMs?: number;
  log: Log;
}

/** Publishes the outbox in order and deletes what was acknowledged. */
export interface OutboxRelay {
  start(): void;
  /** Ends after the batch under way. */
  stop(): Promise<void>;
  /** Says that rows have just been committed, so that they leave before the next poll. */
  nudge(): void;
  health(): { failing: boolean; lastFailureCode: string | null; publishedRows: number };
}

type Round = 'published' | 'empty' | 'held-elsewhere';

const firstBackOffMs = 50;
const maxBackOffMs = 5_000;

/**
 * Makes the relay of one outbox table. Several replicas may run one: an advisory lock lets a single one
 * publish, so the order holds. A batch that fails, or whose deletion fails, is published again whole.
 */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const table = outboxTable(options.table ?? 'outbox');
  const pollMs = options.pollMs ?? 2_000;
  const bounds = { maxRows: options.maxRows ?? 500, maxBytes: options.maxBytes ?? 512 * 1024 };
  const publishTimeoutMs = options.publishTimeoutMs ?? 60_000;
  let running: Promise<void> | undefined;
  let stopping = false;
  let nudged = false;
  let wake: (() => void) | undefined;
  let failures = 0;
  let lastFailureCode: string | null = null;
  let publishedRows = 0;

  async function round(): Promise<Round> {
    if (!(await outboxHasRows(options.pool, table))) return 'empty';
    return inTransaction(options.pool, async (client) => {
      const lock = await client.query<{ taken: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.' || $1, 0)) AS taken`,
        [table],
      );
      if (lock.rows[0]?.taken !== true) return 'held-elsewhere';
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${publishTimeoutMs}`);
      const rows = await oldestOutboxRows(client, table, bounds);
      if (rows.length === 0) return 'empty';
      await options.publish(rows);
      await deleteOutboxRows(client, table, rows);
      publishedRows += rows.length;
      return 'published';
    });
  }

  function pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stopping) {
      nudged = false;
      try {
        const outcome = await round();
        failures = 0;
        lastFailureCode = null;
        if (outcome !== 'published' && !nudged && !stopping) await pause(pollMs);
      } catch (error) {
        failures += 1;
        lastFailureCode = error instanceof Error ? error.name : 'unknown';
        const retryInMs = Math.min(firstBackOffMs * 2 ** Math.min(failures, 10), maxBackOffMs);
        options.log.warn({ err: error, table, attempt: failures, retryInMs }, 'outbox not published');
        // A nudge must not turn the back-off into a tight loop: only stop() ends it early.
        const until = Date.now() + retryInMs;
        while (!stopping && Date.now() < until) await pause(until - Date.now());
      }
      wake = undefined;
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping = true;
      wake?.();
      await running;
    },
    nudge() {
      nudged = true;
      wake?.();
    },
    health: () => ({ failing: failures > 0, lastFailureCode, publishedRows }),
  };
}
