import { setTimeout as sleep } from 'node:timers/promises';
import { type DirectoryEntries, entriesOf, recordForm } from '@chappe/directory';
import { type Client, inTransaction, type Pool, type Queryable } from '@chappe/postgres';
import { type DirectoryRecord, decode, encode, type Manifest } from '@chappe/schemas';
import type { ReleaseMark } from '../domain/plan-publication.ts';
import type { ReleasePlan } from '../domain/plan-release.ts';

/** A record as it was encoded when its release was approved. */
export interface StoredRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly isManifest: boolean;
}

/** A release with who answers for it. */
export interface RecordedRelease {
  readonly number: number;
  readonly sha256: string;
  readonly previousSha256: string | null;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly approvedAtMs: number;
  readonly demonstration: boolean;
  /** When all of it was known to be in Kafka; null until then. */
  readonly publishedAtMs: number | null;
  /** The proposal that became this release; null for one that the service installed. */
  readonly proposalId: string | null;
  readonly reason: string | null;
  readonly rollForwardTo: number | null;
}

/** The last release, as far as the next one has to know it. */
export interface LastRelease {
  readonly manifest: Manifest;
  /** Administrators have made this or an earlier one: the content is theirs. */
  readonly everProposed: boolean;
}

/** The releases that the directory owns. */
export interface ReleaseStore {
  /** Plans the release that follows the last one and keeps it, whole or not at all; one process at a time. */
  addRelease(plan: (last: LastRelease | null) => ReleasePlan): Promise<ReleasePlan>;
  list(): Promise<readonly ReleaseMark[]>;
  /** Those that are not known to be in Kafka, in order. */
  unacknowledged(): Promise<readonly number[]>;
  /** Newest first, those before `before`. */
  history(query: {
    readonly limit: number;
    readonly before: number | null;
  }): Promise<readonly RecordedRelease[]>;
  /** What a release holds; undefined when there is none of this number. */
  entries(release: number): Promise<DirectoryEntries | undefined>;
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
        const last = await lockReleases(client);
        const planned = plan(last);
        if (planned.status === 'new') await insertRelease(client, planned);
        return planned;
      }),

    async list() {
      const found = await pool.query<{ number: number; sha256: string }>(
        'SELECT number, sha256 FROM directory_release ORDER BY number',
      );
      return found.rows;
    },

    async unacknowledged() {
      const found = await pool.query<{ number: number }>(
        'SELECT number FROM directory_release WHERE acknowledged_at IS NULL ORDER BY number',
      );
      return found.rows.map(({ number }) => number);
    },

    history: ({ limit, before }) => readHistory(pool, limit, before),

    async entries(release) {
      const found = await records(release);
      return found.length === 0 ? undefined : entriesOf(found.map(({ value }) => decodeStored(value)));
    },

    records,

    async forms(release) {
      return new Map(
        (await records(release)).map(({ key, value }) => [key, recordForm(decodeStored(value))]),
      );
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

/** Lets nobody else add a release until the transaction ends, and says which is the last. */
export async function lockReleases(client: Client): Promise<LastRelease | null> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [addingLock]);
  return await readLast(client);
}

/**
 * Keeps a release; the caller holds the lock under which it was planned. `reason` is that of an installation: a
 * proposal has its own.
 */
export async function insertRelease(
  client: Client,
  { manifest, records }: { readonly manifest: Manifest; readonly records: readonly DirectoryRecord[] },
  reason: string | null = null,
): Promise<void> {
  await client.query(
    `INSERT INTO directory_release
       (number, sha256, previous_sha256, entry_count, proposed_by, approved_by, published_at, demonstration, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      manifest.number,
      manifest.sha256,
      manifest.previousSha256,
      manifest.count,
      manifest.proposedBy,
      manifest.approvedBy,
      new Date(manifest.publishedAt),
      manifest.demonstration,
      reason,
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

function decodeStored(value: Buffer): DirectoryRecord {
  const decoded = decode('DirectoryRecord', value);
  if (decoded.status !== 'decoded') throw new Error('a stored record cannot be read by this release');
  return decoded.value;
}

async function tryLock(client: Client): Promise<boolean> {
  const found = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    publishingLock,
  ]);
  return found.rows[0]?.locked === true;
}

/** The last release, if there is one. */
export async function readLast(client: Queryable): Promise<LastRelease | null> {
  const found = await client.query<
    Omit<Manifest, 'publishedAt'> & { publishedAt: Date; everProposed: boolean }
  >(
    `SELECT number, sha256, previous_sha256 AS "previousSha256", entry_count AS count,
            proposed_by AS "proposedBy", approved_by AS "approvedBy",
            published_at AS "publishedAt", demonstration,
            EXISTS (SELECT FROM directory_proposal p WHERE p.release IS NOT NULL) AS "everProposed"
       FROM directory_release ORDER BY number DESC LIMIT 1`,
  );
  const [last] = found.rows;
  if (last === undefined) return null;
  const { everProposed, publishedAt, ...rest } = last;
  return { manifest: { ...rest, publishedAt: publishedAt.getTime() }, everProposed };
}

async function readHistory(
  db: Queryable,
  limit: number,
  before: number | null,
): Promise<readonly RecordedRelease[]> {
  const found = await db.query<
    Omit<RecordedRelease, 'approvedAtMs' | 'publishedAtMs'> & { approvedAt: Date; publishedAt: Date | null }
  >(
    `SELECT r.number, r.sha256, r.previous_sha256 AS "previousSha256", r.proposed_by AS "proposedBy",
            r.approved_by AS "approvedBy", r.published_at AS "approvedAt", r.demonstration,
            r.acknowledged_at AS "publishedAt", p.proposal_id AS "proposalId",
            coalesce(p.reason, r.reason) AS reason, p.roll_forward_to AS "rollForwardTo"
       FROM directory_release r LEFT JOIN directory_proposal p ON p.release = r.number
      WHERE $1::integer IS NULL OR r.number < $1 ORDER BY r.number DESC LIMIT $2`,
    [before, limit],
  );
  return found.rows.map(({ approvedAt, publishedAt, ...rest }) => ({
    ...rest,
    approvedAtMs: approvedAt.getTime(),
    publishedAtMs: publishedAt?.getTime() ?? null,
  }));
}
