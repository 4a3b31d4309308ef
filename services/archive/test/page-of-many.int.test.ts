import type { Subject } from '@chappe/policy';
import { createPool, migrate, type Pool } from '@chappe/postgres';
import { rowsTouched, type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ArchiveQuery, searchArchive } from '../src/adapters/postgres-read-archive.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const messages = 40_000;
const lastUuid = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await testDatabase('archive');
  pool = createPool({ url: database.url, applicationName: 'test', log });
  const signal = new AbortController().signal;
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), signal, log });
  await fillArchive();
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

// Every message goes to one desk, and is sent by one of four posts; a rare word is in one of a hundred.
async function fillArchive(): Promise<void> {
  const source = `generate_series(1, ${messages}) AS n,
    LATERAL (SELECT overlay(overlay(md5(n::text) placing '7' from 13) placing '8' from 17)::uuid AS id,
      timestamptz '2026-01-01' + n * interval '1 s' AS at,
      'post:' || (ARRAY['DJ', 'CI', 'KE', 'SN'])[n % 4 + 1] AS sender,
      decode(repeat('00', 700), 'hex') AS record) AS m`;
  await pool.query(`INSERT INTO message_record
    SELECT id, 'digest', id, 'LEAD', 'routine', sender, at, record FROM ${source}`);
  await pool.query(`INSERT INTO decision_record
    SELECT id, id, 'digest', 'ACCEPTED', at, record FROM ${source}`);
  await pool.query(`INSERT INTO readable_message
    SELECT who, id, 'digest', id, ARRAY[role], id, id, 'LEAD', 'routine', 'EXERCISE', sender,
      'person-officer-' || n % 50, 'RESTRICTED', NULL, '{}', '{TERRORISM}', false, NULL, at,
      to_tsvector('simple', 'lead ' || n || CASE WHEN n % 100 = 0 THEN ' dhow' ELSE '' END),
      'DJ-26-' || CASE WHEN n % 4000 = 0 THEN 'TWICE' ELSE n::text END
    FROM ${source}, LATERAL (VALUES ('desk:counter-terrorism', 'ACTION'), (sender, 'SENDER')) AS c (who, role)`);
  // What autovacuum does within minutes.
  await pool.query('ANALYZE');
}

/** How many rows of tables the plan of a statement touches: it is run once more under EXPLAIN. */
async function touchedBy(text: string, values: unknown): Promise<number> {
  if (!Array.isArray(values)) throw new Error('a search has parameters');
  const explained = await pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
  return rowsTouched(explained.rows[0]['QUERY PLAN'][0].Plan);
}

const officer = (correspondent: string): Subject => ({
  kind: 'PERSON',
  id: 'person-officer-1',
  correspondent,
  directoryRelease: 1,
  grants: [
    {
      role: correspondent.startsWith('desk') ? 'desk-officer' : 'officer',
      position: 'duty',
      clearance: 'SECRET',
      crimeAreas: [],
      mayExercise: true,
    },
  ],
});

async function page(correspondent: string, query: Partial<ArchiveQuery>) {
  const asked = vi.spyOn(pool, 'query');
  const rows = await searchArchive(pool, officer(correspondent), {
    words: null,
    limit: 100,
    after: null,
    ...query,
  });
  const [text, values] = asked.mock.lastCall ?? [];
  asked.mockRestore();
  return { rows, touched: await touchedBy(String(text), values) };
}

describe.each(['desk:counter-terrorism', 'post:DJ'])('a page of many messages, for %s', (who) => {
  it('touches a few rows for each that it shows, at the newest end', async () => {
    const { rows, touched } = await page(who, {});
    expect(rows).toHaveLength(100);
    expect(touched).toBeLessThan(1_000);
  });

  it('and as few in the middle', async () => {
    const middle = { receivedAtUs: String(Date.UTC(2026, 0, 1, 5) * 1000), messageId: lastUuid };
    const { rows, touched } = await page(who, { after: middle });
    expect(rows).toHaveLength(100);
    expect(touched).toBeLessThan(1_000);
  });

  it('finds all that bear a reference without looking at the rest', async () => {
    const { rows, touched } = await page(who, { reference: 'DJ-26-TWICE' });
    expect(rows).toHaveLength(10);
    expect(touched).toBeLessThan(100);
  });

  it('reads the records only of what it shows, however many have the word', async () => {
    const { rows, touched } = await page(who, { words: 'dhow', limit: 5 });
    expect(rows).toHaveLength(5);
    expect(touched).toBeLessThan(600);
  });
});
