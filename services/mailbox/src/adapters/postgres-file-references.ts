import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { decode } from '@chappe/schemas';

/** Whether a message was received or sent. */
export type ReferenceSide = 'RECEIVED' | 'SENT';

/** Makes messages findable by their references. */
export interface ReferenceFiler {
  /** Files what came since; false when that is more than one request may do, and it has to be asked again. */
  catchUp(correspondent: string, side: ReferenceSide): Promise<boolean>;
  /** Files what is older, little by little. */
  start(): void;
  stop(): Promise<void>;
}

/** Items decoded at once, so that neither the event loop nor the store waits for long. */
const batchItems = 200;
/** Of one look-up: more than arrives between two rounds, except in a flood. */
const mostBatches = 10;
/** Between two batches while there is more: after an upgrade delivering must not feel it. */
const betweenBatchesMs = 500;
const everyMs = 10_000;

const rowsAfter: Readonly<Record<ReferenceSide, string>> = {
  RECEIVED: `SELECT number, content FROM inbox_item WHERE correspondent = $1 AND number > $2 ORDER BY number LIMIT $3`,
  SENT: `SELECT position AS number, content FROM sent_item WHERE correspondent = $1 AND position > $2
         ORDER BY position LIMIT $3`,
};

/**
 * Numbers rise in the order of commits, so that whatever lies below a position has been seen. A filer holds the row of
 * its progress: of two, the second goes on from where the first ended.
 */
export function createReferenceFiler(options: { pool: Pool; onError(error: unknown): void }): ReferenceFiler {
  const { pool, onError } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();

  async function fileBatch(correspondent: string, side: ReferenceSide): Promise<number> {
    // Apart, so that whoever sets it back finds it, however early.
    await pool.query({
      name: 'reference-progress',
      text: `INSERT INTO message_reference_progress (correspondent, side) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      values: [correspondent, side],
    });
    return inTransaction(pool, async (client) => {
      const { rows: places } = await client.query<{ number: string }>({
        name: 'reference-lock',
        text: `SELECT number FROM message_reference_progress WHERE correspondent = $1 AND side = $2 FOR UPDATE`,
        values: [correspondent, side],
      });
      const after = places[0]?.number ?? '0';
      const { rows } = await client.query<{ number: string; content: Buffer | null }>({
        name: `reference-rows-${side}`,
        text: rowsAfter[side],
        values: [correspondent, after, batchItems],
      });
      const last = rows.at(-1);
      if (last === undefined) return 0;
      const filed = rows.flatMap(({ number, content }) => {
        const reference = referenceIn(content);
        return reference === null ? [] : [{ number, reference }];
      });
      await insert(client, { correspondent, side }, filed, last.number);
      return rows.length;
    });
  }

  async function catchUp(correspondent: string, side: ReferenceSide): Promise<boolean> {
    for (let batches = 0; batches < mostBatches; batches += 1) {
      if ((await fileBatch(correspondent, side)) < batchItems) return true;
    }
    return false;
  }

  /** One batch of every inbox and outbox that has something to file; whether any has more. */
  async function round(): Promise<boolean> {
    const { rows } = await pool.query<{ correspondent: string; side: ReferenceSide }>({
      name: 'reference-behind',
      text: `SELECT c.correspondent, s.side FROM inbox_counter AS c
             CROSS JOIN (VALUES ('RECEIVED'), ('SENT')) AS s(side)
             LEFT JOIN message_reference_progress AS p ON p.correspondent = c.correspondent AND p.side = s.side
             WHERE coalesce(p.number, 0) < CASE s.side WHEN 'SENT' THEN c.last_position ELSE c.last_number END`,
    });
    let more = false;
    for (const { correspondent, side } of rows) {
      if (stopped) return false;
      if ((await fileBatch(correspondent, side)) === batchItems) more = true;
    }
    return more;
  }

  function turn(): void {
    running = round()
      .catch((error: unknown) => {
        onError(error);
        return false;
      })
      .then((more) => {
        if (stopped) return;
        timer = setTimeout(turn, more ? betweenBatchesMs : everyMs);
        timer.unref();
      });
  }

  return {
    catchUp,
    start: turn,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** Of what is withdrawn, and of what this release cannot read, there is none. */
function referenceIn(content: Buffer | null): string | null {
  const decoded = content === null ? null : decode('Message', content);
  return decoded?.status === 'decoded' ? decoded.value.reference : null;
}

async function insert(
  client: Client,
  { correspondent, side }: { readonly correspondent: string; readonly side: ReferenceSide },
  filed: readonly { readonly number: string; readonly reference: string }[],
  upTo: string,
): Promise<void> {
  if (filed.length > 0) {
    await client.query({
      name: 'reference-file',
      text: `INSERT INTO message_reference (correspondent, side, reference, number)
             SELECT $1, $2, f.reference, f.number FROM unnest($3::text[], $4::bigint[]) AS f(reference, number)
             ON CONFLICT DO NOTHING`,
      values: [correspondent, side, filed.map((each) => each.reference), filed.map((each) => each.number)],
    });
  }
  await client.query({
    name: 'reference-advance',
    text: `UPDATE message_reference_progress SET number = $3 WHERE correspondent = $1 AND side = $2`,
    values: [correspondent, side, upTo],
  });
}
