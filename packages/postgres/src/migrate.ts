import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { isOutage, markTransient, postgresErrorCode } from './classify-error.ts';
import { endQuietly } from './end-quietly.ts';
import type { Log } from './log.ts';
import type { Pool } from './pool.ts';

/** The table, in the service's own schema, that says which migrations have run. */
const migrationsTable = 'schema_migration';
const lockWaitMs = 60_000;

/** What to apply, and how long to wait for a database that is away. */
export interface MigrateOptions {
  folder: URL;
  /** Ends the wait. */
  signal?: AbortSignal;
  log: Log;
}

const firstBackOffMs = 100;
const maxBackOffMs = 5_000;

/**
 * Applies the `.sql` migrations of a folder, in the order of their numbers, all in one transaction and under
 * an advisory lock, so that replicas may start together. Waits for a database that is away: a service that
 * starts before its database is no failure.
 */
export async function migrate(database: Pool | string, options: MigrateOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await migrateOnce(database, options);
    } catch (error) {
      if (!isOutage(error)) throw error;
      const retryInMs = Math.min(firstBackOffMs * 2 ** Math.min(attempt - 1, 10), maxBackOffMs);
      const code = postgresErrorCode(error) ?? 'NO_CONNECTION';
      options.log.warn({ dependency: 'postgres', code, attempt, retryInMs }, 'database not reachable yet');
      await sleep(retryInMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

/** Uses a connection of its own: the pool's time-outs are for requests. */
async function migrateOnce(database: Pool | string, options: MigrateOptions): Promise<void> {
  const connectionString = typeof database === 'string' ? database : database.options.connectionString;
  if (connectionString === undefined) throw new Error('the pool to migrate has no connection string');
  const client = new pg.Client({
    connectionString,
    application_name: 'migrate',
    connectionTimeoutMillis: 5_000,
    lock_timeout: lockWaitMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const applied = await runner({
      dbClient: client,
      dir: fileURLToPath(options.folder),
      // Notes and SQL that is not a migration may lie beside the migrations.
      ignorePattern: '(?!\\d+[_-].*\\.sql$).*',
      direction: 'up',
      migrationsTable,
      migrationsSchema: await currentSchema(client),
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: silent,
    });
    for (const { name } of applied) options.log.info({ migration: name }, 'migration applied');
  } catch (error) {
    throw markTransient(error);
  } finally {
    await endQuietly(client);
  }
}

/** The runner writes whole statements on an error, which may hold values; the thrown error says enough. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function currentSchema(client: pg.Client): Promise<string> {
  const found = await client.query<{ name: string | null }>('SELECT current_schema() AS name');
  const name = found.rows[0]?.name;
  if (!name) throw new Error('the role has no schema: run provisionDatabase first');
  return name;
}
