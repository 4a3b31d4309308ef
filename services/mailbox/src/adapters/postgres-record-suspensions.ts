import { inTransaction, type Pool } from '@chappe/postgres';
import { type Correspondent, deriveId } from '@chappe/schemas';

/** Records who is suspended by a release of the directory, since which one. */
export type RecordSuspensions = (directory: {
  readonly release: number;
  readonly correspondents: ReadonlyMap<string, Pick<Correspondent, 'code' | 'suspended'>>;
}) => Promise<void>;

/**
 * One transaction under the lock of the one row that says how far the directory was read: replicas agree on when a
 * suspension began and ended, and one that has an older release leaves what a newer one said. A suspension that was
 * lifted and came back between two looks is one.
 */
export function createSuspensionRecorder(pool: Pool): RecordSuspensions {
  return ({ release, correspondents }) =>
    inTransaction(pool, async (client) => {
      const ahead = await client.query({
        name: 'suspension-watch',
        text: 'UPDATE suspension_watch SET release = $1 WHERE release < $1',
        values: [release],
      });
      if (ahead.rowCount === 0) return;
      const suspended = [...correspondents.values()].filter((each) => each.suspended).map(({ code }) => code);
      await client.query({
        name: 'suspension-end',
        text: `UPDATE suspension SET ended_release = $1, ended_at = clock_timestamp()
               WHERE ended_at IS NULL AND correspondent <> ALL ($2)`,
        values: [release, suspended],
      });
      await client.query({
        name: 'suspension-begin',
        text: `INSERT INTO suspension (suspension_id, correspondent, since_release)
               SELECT suspension_id, correspondent, $1
               FROM unnest($2::uuid[], $3::text[]) AS s(suspension_id, correspondent)
               WHERE NOT EXISTS (
                 SELECT FROM suspension AS o WHERE o.correspondent = s.correspondent AND o.ended_at IS NULL)`,
        values: [release, suspended.map((code) => deriveId('suspension', code, String(release))), suspended],
      });
    });
}
