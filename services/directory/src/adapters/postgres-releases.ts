import { setTimeout as sleep } from 'node:timers/promises';
import { recordForm } from '@chappe/directory';
import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { type DirectoryRecord, decode, encode, type Manifest } from '@chappe/schemas';
import type { ReleaseMark } from '../domain/plan-publication.ts';
import type { ReleasePlan } from '../domain/plan-release.ts';

/** A record as it was encoded when its release was approved. */
export interface StoredRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly isManifest: boolean;
}

/** The releases that the directory owns. */
export interface ReleaseStore {
  /** Plans the release that follows the last one and keeps it, whole or not at all; one process at a time. */
  addRelease(plan: (last: Manifest | null) => ReleasePlan): Promise<ReleasePlan>;
  list(): Promise<readonly ReleaseMark[]>;
  records(release: number): Promise<readonly StoredRecord[]>;
  /** The canonical form of each record of a release, by key. */
  forms(release: number): Promise<ReadonlyMap<string, string>>;
  markAcknowledged(release: number): Promise<void>;
  /** Runs `work` while no other process does, so that releases never interleave in the topic. */
  whileAlone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Any constants will do, as long as no other lock of this database uses them. */
const addingLock = 7_303_001;
const publishingLock = 7_303_002;
const lockPollMs = 250;

/** The store in the service's own schema. */
export function createReleaseStore(pool: Pool): ReleaseStore {
  async function records(release: number): Promise<readonly StoredRecord[]> {
    const found = await pool.query<StoredRecord>(
      `SELECT e.key, e.record AS value, e.position = r.entry_count AS "isManifest"
         FROM directory_entry e JOIN directory_release r ON r.number = e.release
        WHERE e.release = $1 ORDER BY e.position`,
      [release],
    );
    return found.rows;
  }

  return {
    addRelease: (plan) =>
      inTransaction(pool, async (client) => {
        await client.query('SELECT pg_advisory_xact_lock($1)', [addingLock]);
        const planned = plan(await readLast(client));
        if (planned.status === 'new') await insert(client, planned.manifest, planned.records);
        return planned;
      }),

    async list() {
      const found = await pool.query<{ number: number; sha256: string }>(
        'SELECT number, sha256 FROM directory_release ORDER BY number',
      );
      return found.rows;
    },

    records,

    async forms(release) {
      return new Map((await records(release)).map(({ key, value }) => [key, formOf(value)]));
    },

    async markAcknowledged(release) {
      await pool.query(
        'UPDATE directory_release SET acknowledged_at = now() WHERE number = $1 AND acknowledged_at IS NULL',
        [release],
      );
    },

    async whileAlone(work, signal) {
      const client = await pool.connect();
      try {
        while (!(await tryLock(client))) await sleep(lockPollMs, undefined, { signal });
        return await work();
      } finally {
        // The lock belongs to the session: closing it is the one release that cannot fail halfway.
        client.release(true);
      }
    },
  };
}

function formOf(value: Buffer): string {
  const decoded = decode('DirectoryRecord', value);
  if (decoded.status !== 'decoded') throw new Error('a stored record cannot be read by this release');
  return recordForm(decoded.value);
}

async function tryLock(client: Client): Promise<boolean> {
  const found = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    publishingLock,
  ]);
  return found.rows[0]?.locked === true;
}

async function readLast(client: Client): Promise<Manifest | null> {
  const found = await client.query<{
    number: number;
    sha256: string;
    previousSha256: string | null;
    count: number;
    proposedBy: string;
    approvedBy: string;
    publishedAt: Date;
    demonstration: boolean;
  }>(
    `SELECT number, sha256, previous_sha256 AS "previousSha256", entry_count AS count,
            proposed_by AS "proposedBy", approved_by AS "approvedBy",
            published_at AS "publishedAt", demonstration
       FROM directory_release ORDER BY number DESC LIMIT 1`,
  );
  const [last] = found.rows;
  return last === undefined ? null : { ...last, publishedAt: last.publishedAt.getTime() };
}

async function insert(
  client: Client,
  manifest: Manifest,
  records: readonly DirectoryRecord[],
): Promise<void> {
  await client.query(
    `INSERT INTO directory_release
       (number, sha256, previous_sha256, entry_count, proposed_by, approved_by, published_at, demonstration)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      manifest.number,
      manifest.sha256,
      manifest.previousSha256,
      manifest.count,
      manifest.proposedBy,
      manifest.approvedBy,
      new Date(manifest.publishedAt),
      manifest.demonstration,
    ],
  );
  await client.query(
    `INSERT INTO directory_entry (release, position, key, record)
     SELECT $1, position - 1, key, record
       FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS given (key, record, position)`,
    [
      manifest.number,
      records.map((record) => record.key),
      records.map((record) => encode('DirectoryRecord', record)),
    ],
  );
}
