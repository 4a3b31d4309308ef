import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { sharedBacking } from './shared-backing.ts';

/** A database of one test file's own, with one role and its schema in it. */
export interface TestDatabase {
  /** As the service's role; its search_path is its schema, then `extensions`. */
  readonly url: string;
  /** As the superuser, in the same database. */
  readonly adminUrl: string;
  readonly role: string;
  readonly schema: string;
  /** Removes database and role; connections still open are closed by force. */
  drop(): Promise<void>;
}

/** Creates a database as the local stack gives it to `service`: own role, own schema, text extensions. */
export async function testDatabase(service: string): Promise<TestDatabase> {
  const { url: serverUrl } = await sharedBacking().postgres();
  const mark = randomBytes(4).toString('hex');
  const name = `test_${service.replaceAll('-', '_')}_${mark}`;
  const schema = service.replaceAll('-', '_');
  const password = `demo-${randomBytes(12).toString('hex')}`;
  const adminUrl = at(serverUrl, { database: name });
  await asClient(serverUrl, async (client) => {
    await client.query(`CREATE DATABASE ${name}`);
    await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    await client.query(`ALTER ROLE ${name} SET search_path = ${schema}, extensions`);
  });
  await asClient(adminUrl, async (client) => {
    await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    await client.query('CREATE SCHEMA extensions');
    await client.query('GRANT USAGE ON SCHEMA extensions TO PUBLIC');
    for (const extension of ['pg_trgm', 'unaccent', 'btree_gin']) {
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${extension} SCHEMA extensions`);
    }
    await client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${name}`);
  });
  return {
    url: at(serverUrl, { database: name, username: name, password }),
    adminUrl,
    role: name,
    schema,
    async drop() {
      await asClient(serverUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await client.query(`DROP ROLE IF EXISTS ${name}`);
      });
    },
  };
}

function at(url: string, change: { database: string; username?: string; password?: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${change.database}`;
  if (change.username !== undefined) changed.username = change.username;
  if (change.password !== undefined) changed.password = change.password;
  return changed.href;
}

async function asClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
