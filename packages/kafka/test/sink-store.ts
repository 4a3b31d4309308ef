import {
  advanceOffset,
  createPool,
  inTransaction,
  type Pool,
  readOffset,
  storedOffsetMigration,
} from '@chappe/postgres';
import { testDatabase } from '@chappe/testing';
import type { Slice } from '../src/record.ts';
import { recordingLog } from './read-topic.ts';

/** A service's store, as small as it can be: each applied record is a row, with the stored offset beside it. */
export interface SinkStore {
  pool: Pool;
  /** Where another process finds it, by `sinkStoreAt`. */
  url: string;
  readOffset(topic: string, partition: number, logStart: bigint): Promise<bigint>;
  /** Writes the rows and moves the offset in one transaction; `inspect` may throw for a record. */
  apply(slice: Slice, inspect?: (text: string) => void): Promise<void>;
  /** What was applied, in the order in which it was. */
  applied(): Promise<string[]>;
  storedOffsets(): Promise<Record<string, bigint>>;
  /** Changes the role (`ALTER ROLE … <change>`) and ends its sessions, for which the change comes too late. */
  alterRole(change: string): Promise<void>;
  close(): Promise<void>;
}

/** A store that exists, as its service sees it. */
export function sinkStoreAt(url: string, group: string): Pick<SinkStore, 'pool' | 'readOffset' | 'apply'> {
  const pool = createPool({ url, applicationName: 'sink-test', log: recordingLog() });
  return {
    pool,
    readOffset: (topic, partition, logStart) => readOffset(pool, { group, topic, partition, logStart }),
    apply: (slice, inspect) =>
      inTransaction(pool, async (client) => {
        for (const record of slice.records) {
          const text = record.value.toString();
          inspect?.(text);
          await client.query('INSERT INTO applied (text) VALUES ($1)', [text]);
        }
        const { topic, partition, first, after } = slice;
        await advanceOffset(client, { group, topic, partition, first, after });
      }),
  };
}

/** Opens a store in a database of its own. */
export async function openSinkStore(group: string): Promise<SinkStore> {
  const database = await testDatabase('mailbox');
  const store = sinkStoreAt(database.url, group);
  const { pool } = store;
  // What the test looks at must not depend on the sessions that it ends.
  const reader = createPool({ url: database.adminUrl, applicationName: 'sink-test', log: recordingLog() });
  await pool.query(storedOffsetMigration);
  await pool.query('CREATE TABLE applied (position bigint GENERATED ALWAYS AS IDENTITY, text text NOT NULL)');
  return {
    ...store,
    url: database.url,
    async applied() {
      const rows = await reader.query<{ text: string }>(
        `SELECT text FROM ${database.schema}.applied ORDER BY position`,
      );
      return rows.rows.map(({ text }) => text);
    },
    async storedOffsets() {
      const rows = await pool.query<{ topic: string; partition: number; next: string }>(
        'SELECT topic, partition, next FROM stored_offset',
      );
      return Object.fromEntries(rows.rows.map((row) => [`${row.topic}/${row.partition}`, BigInt(row.next)]));
    },
    async alterRole(change) {
      await reader.query(`ALTER ROLE ${database.role} ${change}`);
      await reader.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
        database.role,
      ]);
    },
    async close() {
      await Promise.all([pool.end(), reader.end()]);
      await database.drop();
    },
  };
}
