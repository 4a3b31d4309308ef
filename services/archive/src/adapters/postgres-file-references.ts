import { inTransaction, type Pool } from '@chappe/postgres';
import { decode } from '@chappe/schemas';

/** Makes what an older release wrote findable by its references. */
export interface ReferenceFiler {
  /** Files what one correspondent may find; false when that is more than one request may do. */
  catchUp(correspondent: string): Promise<boolean>;
  /** Files what anybody may find, little by little. */
  start(): void;
  stop(): Promise<void>;
}

/** Records decoded at once, so that neither the event loop nor the store waits for long. */
const batchRows = 200;
const mostBatches = 10;
const betweenBatchesMs = 500;
/** How late what a replica of an older release writes during an upgrade is filed. */
const everyMs = 60_000;

/** Rows that another replica files at the moment are left to it. */
const unfiled = `SELECT r.correspondent, r.message_id, m.record
  FROM readable_message AS r JOIN message_record AS m USING (message_id, request_digest)
  WHERE r.reference IS NULL AND ($1::text IS NULL OR r.correspondent = $1)
  LIMIT ${batchRows} FOR UPDATE OF r SKIP LOCKED`;

/** Makes the filer of one replica. */
export function createReferenceFiler(options: { pool: Pool; onError(error: unknown): void }): ReferenceFiler {
  const { pool, onError } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  function fileBatch(correspondent: string | null): Promise<number> {
    return inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ correspondent: string; message_id: string; record: Buffer }>({
        text: unfiled,
        values: [correspondent],
      });
      if (rows.length === 0) return 0;
      await client.query({
        name: 'file-references',
        text: `UPDATE readable_message AS r SET reference = f.reference
          FROM unnest($1::text[], $2::uuid[], $3::text[]) AS f (correspondent, message_id, reference)
          WHERE r.correspondent = f.correspondent AND r.message_id = f.message_id`,
        values: [
          rows.map((row) => row.correspondent),
          rows.map((row) => row.message_id),
          rows.map((row) => referenceIn(row.record)),
        ],
      });
      return rows.length;
    });
  }

  /** Whether nothing is left, what another replica has at hand included. */
  async function isFiled(correspondent: string): Promise<boolean> {
    const { rowCount } = await pool.query({
      name: 'any-unfiled',
      text: 'SELECT FROM readable_message WHERE correspondent = $1 AND reference IS NULL LIMIT 1',
      values: [correspondent],
    });
    return rowCount === 0;
  }

  function turn(): void {
    running = fileBatch(null)
      .catch((error: unknown) => {
        onError(error);
        return 0;
      })
      .then((filed) => {
        if (stopped) return;
        timer = setTimeout(turn, filed === batchRows ? betweenBatchesMs : everyMs);
        timer.unref();
      });
  }

  return {
    async catchUp(correspondent) {
      for (let batches = 0; batches < mostBatches; batches += 1) {
        if (await isFiled(correspondent)) return true;
        await fileBatch(correspondent);
      }
      return isFiled(correspondent);
    },
    start: turn,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** What this release cannot read has no reference that anybody could type. */
function referenceIn(record: Buffer): string {
  const decoded = decode('Message', record);
  return decoded.status === 'decoded' ? decoded.value.reference : '';
}
