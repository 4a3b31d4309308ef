import { enqueueOutbox, inTransaction, type Log, migrate, type Pool } from '@chappe/postgres';
import { type AuditEntry, auditTopic, encode, type Manifest } from '@chappe/schemas';
import type { InstallationPlan } from '../domain/plan-installation.ts';
import { insertRelease, lockReleases, readLast } from './postgres-releases.ts';

/** What is kept with a release that was installed. */
export interface InstallationRecord {
  readonly reason: string;
  /** The audit entries of the release that was planned; they leave with the service's outbox. */
  entriesOf(manifest: Manifest): readonly AuditEntry[];
}

/** The store of releases as the installer uses it. */
export interface InstallationStore {
  /** The last release; null also where the service never ran. Changes nothing. */
  findLast(): Promise<Manifest | null>;
  /** Brings the schema to where this version of the service has it. */
  prepare(): Promise<void>;
  /** Plans the first release and keeps it with its audit entries, whole or not at all; one process at a time. */
  install(
    plan: (last: Manifest | null) => InstallationPlan,
    record: InstallationRecord,
  ): Promise<InstallationPlan>;
  /** Whether the service has published a release whole. */
  isPublished(release: number): Promise<boolean>;
}

/** The store in the service's own schema. */
export function createInstallationStore(
  pool: Pool,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): InstallationStore {
  return {
    async findLast() {
      const found = await pool.query<{ present: boolean }>(
        `SELECT to_regclass('directory_release') IS NOT NULL
            AND to_regclass('directory_proposal') IS NOT NULL AS present`,
      );
      return found.rows[0]?.present === true ? ((await readLast(pool))?.manifest ?? null) : null;
    },

    prepare: () => migrate(pool, { folder: new URL('../../migrations/', import.meta.url), signal, log }),

    install: (plan, { reason, entriesOf }) =>
      inTransaction(pool, async (client) => {
        const last = await lockReleases(client);
        const planned = plan(last?.manifest ?? null);
        if (planned.status !== 'new') return planned;
        await insertRelease(client, planned, reason);
        await enqueueOutbox(
          client,
          entriesOf(planned.manifest).map((entry) => ({
            topic: auditTopic,
            key: entry.subject,
            value: encode('AuditEntry', entry),
          })),
        );
        return planned;
      }),

    async isPublished(release) {
      const found = await pool.query(
        'SELECT FROM directory_release WHERE number = $1 AND acknowledged_at IS NOT NULL',
        [release],
      );
      return found.rowCount === 1;
    },
  };
}
