import type { Pool } from '@chappe/postgres';
import { facetsOf } from '../domain/inbox-filter.ts';
import type { InboxReader } from './postgres-inbox.ts';

/** Makes up for items that were stored without what they can be found by. */
export interface FacetFiler {
  /** Files what is missing, up to where each inbox stands now. */
  run(): Promise<void>;
  /** Up to which number every item of an inbox is known to be filed. */
  filedUpTo(correspondent: string): number;
  /** Whether all that was there when this replica started is filed. */
  caughtUp(): boolean;
  start(): void;
  stop(): Promise<void>;
}

/** Items decoded at once, so that neither the event loop nor the store waits for long. */
const batchItems = 200;
/** How late what a replica of an older release stores during an upgrade is filed. */
const everyMs = 10_000;
const retryMs = 1_000;

/**
 * Whoever applies a delivery files it in the same transaction. Rows of an older release were not: each replica looks
 * for them when it starts and from time to time after, from where the last look ended. Two replicas that look at once
 * file the same, which changes nothing.
 */
export function createFacetFiler(options: {
  pool: Pool;
  inbox: Pick<InboxReader, 'page'>;
  onError(error: unknown): void;
}): FacetFiler {
  const { pool, inbox, onError } = options;
  const filed = new Map<string, number>();
  let caughtUp = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    const { rows } = await pool.query<{ correspondent: string; filed: string; last: string }>({
      name: 'facet-progress',
      text: `SELECT c.correspondent, coalesce(p.number, 0) AS filed, c.last_number AS last
             FROM inbox_counter AS c LEFT JOIN inbox_facet_progress AS p USING (correspondent)`,
    });
    for (const { correspondent, filed: from, last } of rows) {
      if (stopped) return;
      if (Number(from) < Number(last)) await fileInbox(correspondent, Number(from), Number(last));
      else filed.set(correspondent, Number(from));
    }
    caughtUp = true;
  }

  async function fileInbox(correspondent: string, from: number, last: number): Promise<void> {
    let position = from;
    while (position < last && !stopped) {
      const missing = await firstUnfiled(correspondent, position, last);
      const until = missing === null ? last : Math.min(last, missing + batchItems - 1);
      if (missing !== null) {
        const limit = until - missing + 1;
        const page = { correspondent, from: missing - 1, until, limit, order: 'ascending' as const };
        const facets = (await inbox.page(page)).flatMap((item) =>
          facetsOf(item).map((facet) => ({ facet, number: item.number })),
        );
        await pool.query({
          name: 'facet-file',
          // Locked, so that what a recall withdraws meanwhile is either not filed or forgotten with it.
          text: `INSERT INTO inbox_facet (correspondent, facet, number)
                 SELECT x.correspondent, f.facet, x.number
                 FROM jsonb_to_recordset($2::jsonb) AS f(facet text, number bigint)
                 JOIN inbox_item AS x ON x.correspondent = $1 AND x.number = f.number
                 WHERE NOT (x.withdrawn AND f.facet LIKE 'country:%')
                 FOR SHARE OF x
                 ON CONFLICT DO NOTHING`,
          values: [correspondent, JSON.stringify(facets)],
        });
      }
      position = until;
      await pool.query({
        name: 'facet-advance',
        text: `INSERT INTO inbox_facet_progress AS p (correspondent, number) VALUES ($1, $2)
               ON CONFLICT (correspondent) DO UPDATE SET number = greatest(p.number, excluded.number)`,
        values: [correspondent, position],
      });
      filed.set(correspondent, position);
    }
  }

  /** Every item has a kind, so one that is not filed under it is not filed at all. */
  async function firstUnfiled(correspondent: string, after: number, until: number): Promise<number | null> {
    const { rows } = await pool.query<{ number: string }>({
      name: 'facet-missing',
      text: `SELECT x.number FROM inbox_item AS x
             WHERE x.correspondent = $1 AND x.number > $2 AND x.number <= $3 AND NOT EXISTS (
               SELECT FROM inbox_facet AS f
               WHERE f.correspondent = x.correspondent AND f.facet = 'kind:' || x.kind AND f.number = x.number)
             ORDER BY x.number LIMIT 1`,
      values: [correspondent, after, until],
    });
    return rows[0] === undefined ? null : Number(rows[0].number);
  }

  function turn(): void {
    running = run()
      .catch(onError)
      .then(() => {
        if (stopped) return;
        timer = setTimeout(turn, caughtUp ? everyMs : retryMs);
        timer.unref();
      });
  }

  return {
    run,
    filedUpTo: (correspondent) => filed.get(correspondent) ?? 0,
    caughtUp: () => caughtUp,
    start: turn,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
