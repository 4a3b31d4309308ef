import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { endQuietly } from './end-quietly.ts';

/** A role with a schema of its own, in which it alone may do anything. */
export interface ProvisionedRole {
  name: string;
  password: string;
  schema: string;
}

/** Where extensions live: every role may use it, none may create in it. */
const extensionSchema = 'extensions';

/** Two administrators at once meet in the system catalogues; the second simply tries again. */
const concurrentChange = new Set(['XX000', '23505', '42710', '42P06', '40001', '40P01']);

/**
 * Creates roles, schemas and extensions, sets each role's search_path and revokes what PUBLIC may do. May be
 * repeated; needs a superuser's URL of the database to prepare.
 */
export async function provisionDatabase(
  adminUrl: string,
  options: { roles: readonly ProvisionedRole[]; extensions?: readonly string[] },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: adminUrl, application_name: 'provision' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('BEGIN');
      await client.query(`SELECT pg_advisory_xact_lock(hashtext('chappe-provision'))`);
      await provision(client, options.roles, options.extensions ?? []);
      await client.query('COMMIT');
      return;
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      if (code === undefined || !concurrentChange.has(code) || attempt >= 5) throw error;
      await sleep(20 * 2 ** attempt * Math.random());
    } finally {
      await endQuietly(client);
    }
  }
}

async function provision(
  client: pg.Client,
  roles: readonly ProvisionedRole[],
  extensions: readonly string[],
): Promise<void> {
  const found = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = pg.escapeIdentifier(found.rows[0]?.name ?? 'postgres');
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${extensionSchema}`);
  await client.query(`GRANT USAGE ON SCHEMA ${extensionSchema} TO PUBLIC`);
  for (const extension of extensions) {
    await client.query(
      `CREATE EXTENSION IF NOT EXISTS ${pg.escapeIdentifier(extension)} SCHEMA ${extensionSchema}`,
    );
  }
  for (const role of roles) await provisionRole(client, database, role);
}

async function provisionRole(client: pg.Client, database: string, role: ProvisionedRole): Promise<void> {
  const name = pg.escapeIdentifier(role.name);
  const schema = pg.escapeIdentifier(role.schema);
  const existing = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role.name]);
  if (existing.rowCount === 0) await client.query(`CREATE ROLE ${name}`);
  // Without the statement log, or the password would stand in it.
  await client.query(`SET LOCAL log_statement = 'none'`);
  await client.query(`SET LOCAL log_min_error_statement = 'panic'`);
  await client.query(
    `ALTER ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
       PASSWORD ${pg.escapeLiteral(role.password)}`,
  );
  await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${name}`);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${name}`);
  await client.query(`REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC`);
  await client.query(
    `ALTER ROLE ${name} IN DATABASE ${database} SET search_path = ${schema}, ${extensionSchema}`,
  );
}
