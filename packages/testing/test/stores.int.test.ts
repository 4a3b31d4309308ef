import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { testDatabase, testKafka, testRedis } from '../src/index.ts';

describe('the stores of a test run', () => {
  it('gives each test file a database whose role sees its own schema only', async () => {
    const [mine, other] = [await testDatabase('router'), await testDatabase('router')];
    const client = new pg.Client({ connectionString: mine.url });
    await client.connect();
    try {
      const { rows } = await client.query(
        'SELECT current_user, current_schema, getdatabaseencoding() AS encoding',
      );
      expect(rows).toEqual([{ current_user: mine.role, current_schema: 'router', encoding: 'UTF8' }]);
      await client.query("CREATE TABLE t AS SELECT unaccent('été') AS word");
      expect((await client.query("SELECT word, 'ete' % word AS similar FROM t")).rows).toEqual([
        { word: 'ete', similar: true },
      ]);
      await expect(client.query('CREATE TABLE public.t (id int)')).rejects.toThrow(/permission denied/);
    } finally {
      await client.end();
    }
    expect(mine.url).not.toEqual(other.url);
    await mine.drop();
    await other.drop();
    await expect(new pg.Client({ connectionString: mine.url }).connect()).rejects.toThrow(
      /does not exist|authentication failed/,
    );
  });

  it('asks PostgreSQL clients for their password', async () => {
    const database = await testDatabase('archive');
    const wrong = new URL(database.url);
    wrong.password = 'wrong';
    await expect(new pg.Client({ connectionString: wrong.href }).connect()).rejects.toThrow(
      /authentication failed/,
    );
    await database.drop();
  });

  it('gives each test file a Redis database behind a password', async () => {
    const [first, second] = [await testRedis(), await testRedis()];
    if (first === null || second === null) throw new Error('Redis is needed for this test');
    const [a, b] = [new Redis(first.url), new Redis(second.url)];
    await a.set('key', 'value');
    expect(await b.get('key')).toBeNull();
    expect(await a.get('key')).toBe('value');
    a.disconnect();
    b.disconnect();
    const url = new URL(first.url);
    url.password = '';
    const stranger = new Redis(url.href, { maxRetriesPerRequest: 0, lazyConnect: true });
    stranger.on('error', () => {});
    await expect(stranger.get('key')).rejects.toThrow(/NOAUTH/);
    stranger.disconnect();
  });

  it('hands the provisioning of Kafka an administrator, and each file its own prefix', async () => {
    const seen: string[] = [];
    const provision = async (admin: { username: string; topicPrefix: string }): Promise<void> => {
      seen.push(`${admin.username} ${admin.topicPrefix}`);
    };
    const first = await testKafka({ provision });
    const second = await testKafka({ provision });
    expect(seen).toEqual([`admin ${first.topicPrefix}`, `admin ${second.topicPrefix}`]);
    expect(first.topicPrefix).not.toBe(second.topicPrefix);
    expect(first.brokers).toEqual(second.brokers);
    expect(first.settings('router').password).toMatch(/^demo-/);
    expect(first.environment('router').KAFKA_USERNAME).toBe('router');
  });
});
