import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { markTransient } from './classify-error.ts';
import { endQuietly } from './end-quietly.ts';
import type { Log } from './log.ts';
import type { Pool } from './pool.ts';

/** The table, in the service's own schema, that says which migrations have run. */
const migrationsTable = 'schema_migration';
const lockWaitMs = 60_000;

/**
 * Applies the `.sql` migrations of a folder, in the order of their numbers, all in one transaction and under
 * an advisory lock, so that replicas may start together. Uses a connection of its own: the pool's time-outs
 * are for requests.
 */
export async function migrate(database: Pool | string, options: { folder: URL; log: Log }): Promise<void> {
  const connectionString = typeof database === 'string' ? database : database.options.connectionString;
  if (connectionString === undefined) throw new Error('the pool to migrate has no connection string');
  const client = new pg.Client({ connectionString, application_name: 'migrate', lock_timeout: lockWaitMs });
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
