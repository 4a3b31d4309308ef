import { type TestDatabase, testDatabase } from '@chappe/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  advanceOffset,
  createPool,
  inTransaction,
  type Log,
  migrate,
  type Pool,
  provisionDatabase,
  readOffset,
  StaleOffset,
  storedOffsetMigration,
} from '../src/index.ts';

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await testDatabase('archive');
  pool = createPool({ url: database.url, applicationName: 'postgres-test', max: 8, log: silent });
  await pool.query(storedOffsetMigration);
  await pool.query('CREATE TABLE effect (n integer PRIMARY KEY, amount integer NOT NULL DEFAULT 0)');
});

beforeEach(async () => {
  await pool.query('TRUNCATE stored_offset, effect');
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const refusal = (work: Promise<unknown>): Promise<Error & { code?: string; transient?: boolean }> =>
  work.then(
    () => {
      throw new Error('it should have failed');
    },
    (error) => error,
  );

describe('inTransaction', () => {
  it('keeps everything or nothing', async () => {
    await inTransaction(pool, (client) => client.query('INSERT INTO effect (n) VALUES (1)'));
    const failed = inTransaction(pool, async (client) => {
      await client.query('INSERT INTO effect (n) VALUES (2)');
      throw new Error('changed my mind');
    });
    expect((await refusal(failed)).message).toBe('changed my mind');
    expect((await pool.query('SELECT n FROM effect')).rows).toEqual([{ n: 1 }]);
  });

  it('repeats a transaction that met another one (serialisation), and both take effect', async () => {
    await pool.query('INSERT INTO effect (n, amount) VALUES (1, 0)');
    let runs = 0;
    const add = () =>
      inTransaction(
        pool,
        async (client) => {
          runs += 1;
          const found = await client.query<{ amount: number }>('SELECT amount FROM effect WHERE n = 1');
          await client.query('SELECT pg_sleep(0.05)');
          await client.query('UPDATE effect SET amount = $1 WHERE n = 1', [(found.rows[0]?.amount ?? 0) + 1]);
        },
        { isolation: 'serializable', retries: 10 },
      );
    await Promise.all([add(), add(), add()]);
    expect((await pool.query('SELECT amount FROM effect')).rows).toEqual([{ amount: 3 }]);
    expect(runs).toBeGreaterThan(3);
  });

  it('repeats a deadlock', async () => {
    await pool.query('INSERT INTO effect (n) VALUES (1), (2)');
    const touch = (first: number, second: number) =>
      inTransaction(pool, async (client) => {
        await client.query('UPDATE effect SET amount = amount + 1 WHERE n = $1', [first]);
        await client.query('SELECT pg_sleep(0.1)');
        await client.query('UPDATE effect SET amount = amount + 1 WHERE n = $1', [second]);
      });
    await Promise.all([touch(1, 2), touch(2, 1)]);
    expect((await pool.query('SELECT amount FROM effect')).rows).toEqual([{ amount: 2 }, { amount: 2 }]);
  });

  it('gives up repeating after its bound and says that it is transient', async () => {
    let runs = 0;
    const always = inTransaction(pool, async (client) => {
      runs += 1;
      await client.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
    });
    expect(await refusal(always)).toMatchObject({ code: '40001', transient: true });
    expect(runs).toBe(4);
  });

  it('blames the data for what the data causes, and the database for the rest', async () => {
    const data = await refusal(inTransaction(pool, (client) => client.query(`SELECT 'a'::integer`)));
    expect(data).toMatchObject({ code: '22P02', transient: false });
    const missing = await refusal(inTransaction(pool, (client) => client.query('SELECT FROM no_such_table')));
    expect(missing).toMatchObject({ code: '42P01', transient: true });
  });

  it('survives a lost connection: the caller is told, the pool serves the next one', async () => {
    const lost = await refusal(
      inTransaction(pool, async (client) => {
        const found = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        const admin = new pg.Client({ connectionString: database.adminUrl });
        await admin.connect();
        await admin.query('SELECT pg_terminate_backend($1)', [found.rows[0]?.pid]);
        await admin.end();
        await client.query('SELECT pg_sleep(1)');
      }),
    );
    expect(lost).toMatchObject({ transient: true });
    await inTransaction(pool, (client) => client.query('INSERT INTO effect (n) VALUES (7)'));
    expect((await pool.query('SELECT n FROM effect')).rows).toEqual([{ n: 7 }]);
  });

  it('bounds a statement, a lock and an idle transaction', async () => {
    const hasty = createPool({
      url: database.url,
      applicationName: 'hasty',
      statementTimeoutMs: 300,
      lockTimeoutMs: 100,
      idleInTransactionTimeoutMs: 200,
      log: silent,
    });
    try {
      const slow = await refusal(inTransaction(hasty, (client) => client.query('SELECT pg_sleep(5)')));
      expect(slow).toMatchObject({ code: '57014', transient: true });
      await pool.query('INSERT INTO effect (n) VALUES (1)');
      await inTransaction(pool, async (client) => {
        await client.query('UPDATE effect SET amount = 9 WHERE n = 1');
        const blocked = inTransaction(hasty, (other) =>
          other.query('UPDATE effect SET amount = 8 WHERE n = 1'),
        );
        expect(await refusal(blocked)).toMatchObject({ code: '55P03', transient: true });
      });
      const idle = await refusal(
        inTransaction(hasty, async (client) => {
          await new Promise((resolve) => setTimeout(resolve, 500));
          await client.query('SELECT 1');
        }),
      );
      expect(idle).toMatchObject({ transient: true });
    } finally {
      await hasty.end();
    }
  });
});

describe('stored offsets', () => {
  const key = { group: 'archive', topic: 'message.flash.v1', partition: 2 };

  it('begin at the start of the log, for two replicas that read at the same time too', async () => {
    const read = () => readOffset(pool, { ...key, logStart: 5n });
    expect(await Promise.all([read(), read(), read()])).toEqual([5n, 5n, 5n]);
    expect(await readOffset(pool, { ...key, logStart: 99n })).toBe(5n);
  });

  it('move only from where they are: a stale slice leaves no effect', async () => {
    await readOffset(pool, { ...key, logStart: 0n });
    const apply = (first: bigint, after: bigint, n: number) =>
      inTransaction(pool, async (client) => {
        await client.query('INSERT INTO effect (n) VALUES ($1)', [n]);
        await advanceOffset(client, { ...key, first, after });
      });
    await apply(0n, 10n, 1);
    await expect(apply(0n, 10n, 2)).rejects.toBeInstanceOf(StaleOffset);
    await expect(apply(11n, 12n, 3)).rejects.toMatchObject({ name: 'StaleOffset' });
    expect((await pool.query('SELECT n FROM effect')).rows).toEqual([{ n: 1 }]);
    expect(await readOffset(pool, { ...key, logStart: 0n })).toBe(10n);
  });

  it('let one of two concurrent slices win, whichever', async () => {
    await readOffset(pool, { ...key, logStart: 0n });
    const apply = (n: number) =>
      inTransaction(pool, async (client) => {
        await client.query('INSERT INTO effect (n) VALUES ($1)', [n]);
        await advanceOffset(client, { ...key, first: 0n, after: 10n });
      });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(apply));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await pool.query('SELECT n FROM effect')).rowCount).toBe(1);
  });

  it('never appear by themselves', async () => {
    const move = inTransaction(pool, (client) => advanceOffset(client, { ...key, first: 0n, after: 1n }));
    await expect(move).rejects.toBeInstanceOf(StaleOffset);
  });

  it('hold numbers beyond 2^53', async () => {
    const logStart = 2n ** 60n + 1n;
    expect(await readOffset(pool, { ...key, partition: 9, logStart })).toBe(logStart);
  });
});

describe('migrate', () => {
  const folder = (name: string) => new URL(`./migrations/${name}/`, import.meta.url);

  it('runs each migration once, for several replicas that start together', async () => {
    const fresh = await testDatabase('mailbox');
    const replicas = [1, 2, 3].map(() => createPool({ url: fresh.url, applicationName: 'm', log: silent }));
    try {
      const applied: unknown[] = [];
      const log = { ...silent, info: (fields: object) => applied.push(fields) };
      await Promise.all(replicas.map((replica) => migrate(replica, { folder: folder('valid'), log })));
      await migrate(fresh.url, { folder: folder('valid'), log });
      expect(applied).toEqual([{ migration: '001_first' }, { migration: '002_second' }]);
      const rows = await replicas[0]?.query('SELECT id, read_at FROM letter');
      expect(rows?.rows).toEqual([{ id: 1, read_at: null }]);
      const schemas = await replicas[0]?.query<{ schemaname: string }>(
        `SELECT schemaname FROM pg_tables WHERE tablename IN ('letter', 'schema_migration')`,
      );
      expect(schemas?.rows).toEqual([{ schemaname: 'mailbox' }, { schemaname: 'mailbox' }]);
    } finally {
      await Promise.all(replicas.map((replica) => replica.end()));
      await fresh.drop();
    }
  });

  it('waits for a database that takes no connection yet', async () => {
    const fresh = await testDatabase('mailbox');
    const admin = createPool({ url: fresh.adminUrl, applicationName: 'm', log: silent });
    const waits: object[] = [];
    try {
      await admin.query(`ALTER ROLE ${fresh.role} CONNECTION LIMIT 0`);
      const log = { ...silent, warn: (fields: object) => waits.push(fields) };
      const migrating = migrate(fresh.url, { folder: folder('valid'), log });
      await expect.poll(() => waits.length, { timeout: 10_000 }).toBeGreaterThan(2);
      expect(waits[0]).toMatchObject({ dependency: 'postgres', code: '53300', attempt: 1 });
      await admin.query(`ALTER ROLE ${fresh.role} CONNECTION LIMIT -1`);
      await migrating;
    } finally {
      await admin.end();
      await fresh.drop();
    }
  });

  it('stops waiting when it is told to, and does not wait for what no time mends', async () => {
    const stop = new AbortController();
    const nobody = 'postgres://nobody:demo-none@127.0.0.1:9/none';
    const migrating = migrate(nobody, { folder: folder('valid'), signal: stop.signal, log: silent });
    setTimeout(() => stop.abort(new Error('told to stop')), 300);
    await expect(migrating).rejects.toThrow();
    expect(stop.signal.aborted).toBe(true);
    const fresh = await testDatabase('mailbox');
    const wrong = new URL(fresh.url);
    wrong.password = 'demo-wrong';
    await expect(migrate(wrong.href, { folder: folder('valid'), log: silent })).rejects.toThrow(/password/);
    await fresh.drop();
  });

  it('leaves nothing behind when one of them fails', async () => {
    const fresh = await testDatabase('mailbox');
    try {
      await expect(migrate(fresh.url, { folder: folder('broken'), log: silent })).rejects.toThrow(
        'no_such_table',
      );
      const client = new pg.Client({ connectionString: fresh.url });
      await client.connect();
      expect((await client.query(`SELECT to_regclass('letter') AS found`)).rows).toEqual([{ found: null }]);
      await client.end();
    } finally {
      await fresh.drop();
    }
  });
});

describe('provisionDatabase', () => {
  it('gives each role its own schema and nothing else, however often and however many run it', async () => {
    const fresh = await testDatabase('archive');
    const mark = fresh.role.slice(-8);
    const role = (name: string) => ({
      name: `prov_${name}_${mark}`,
      password: `demo-it's ${name}`,
      schema: `s_${name}`,
    });
    const roles = [role('one'), role('two')];
    const as = async <T>(name: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
      const url = new URL(fresh.adminUrl);
      url.username = `prov_${name}_${mark}`;
      url.password = `demo-it's ${name}`;
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      return work(client).finally(() => client.end());
    };
    try {
      const provision = () => provisionDatabase(fresh.adminUrl, { roles, extensions: ['unaccent'] });
      await Promise.all([provision(), provision(), provision()]);
      await provision();
      await as('one', (client) => client.query('CREATE TABLE secret (n integer)'));
      await as('one', (client) => client.query(`SELECT unaccent('é')`));
      expect(await refusal(as('two', (client) => client.query('SELECT n FROM s_one.secret')))).toMatchObject({
        code: '42501',
      });
      expect(
        await refusal(as('two', (client) => client.query('CREATE TABLE public.x (n integer)'))),
      ).toMatchObject({
        code: '42501',
      });
      const tables = await as('one', (client) =>
        client.query(`SELECT schemaname FROM pg_tables WHERE tablename = 'secret'`),
      );
      expect(tables.rows).toEqual([{ schemaname: 's_one' }]);
    } finally {
      const admin = new pg.Client({ connectionString: fresh.adminUrl });
      await admin.connect();
      for (const { name } of roles) await admin.query(`DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`);
      await admin.end();
      await fresh.drop();
    }
  });
});
