import type { Queryable } from '@chappe/postgres';
import type { TakenOver } from '../domain/show-stand-ins.ts';

/** Who stood in for whom about a message. */
export interface StandInRow {
  readonly suspended: string;
  readonly stand_in: string;
  readonly settled_at: Date;
}

/** Everybody that was told to stand in about one message, in the order of the reroutes. */
export async function readStandIns(db: Queryable, messageId: string): Promise<readonly StandInRow[]> {
  const { rows } = await db.query<StandInRow>({
    name: 'stand-ins-of-message',
    text: `SELECT r.correspondent AS suspended, o.correspondent AS stand_in, r.settled_at
           FROM reroute AS r
           JOIN inbox_item AS o ON o.message_id = r.order_id AND o.role <> 'NOTICE'
           WHERE r.about_id = $1 AND r.state = 'DONE'
           ORDER BY r.settled_at, o.correspondent`,
    values: [messageId],
  });
  return rows;
}

/** Whoever stood in with a correspondent about one message of its inbox, or for it. */
export type FindTakenOver = (correspondent: string, messageId: string) => Promise<readonly TakenOver[]>;

interface PairRow extends StandInRow {
  readonly suspended_position: string | null;
  readonly suspended_taken_at: Date | null;
  readonly stand_in_position: string | null;
  readonly stand_in_taken_at: Date | null;
}

/** Makes the finder over a pool. */
export function createTakenOverFinder(db: Queryable): FindTakenOver {
  return async (correspondent, messageId) => {
    const { rows } = await db.query<PairRow>({
      name: 'stand-ins-of-item',
      text: `SELECT r.correspondent AS suspended, o.correspondent AS stand_in, r.settled_at,
               c.taken_position AS suspended_position, c.taken_at AS suspended_taken_at,
               x.taken_position AS stand_in_position, x.taken_at AS stand_in_taken_at
             FROM reroute AS r
             JOIN inbox_item AS o ON o.message_id = r.order_id AND o.role <> 'NOTICE'
             LEFT JOIN inbox_item AS c
               ON c.message_id = r.about_id AND c.correspondent = r.correspondent AND c.role <> 'NOTICE'
             LEFT JOIN inbox_item AS x
               ON x.message_id = r.about_id AND x.correspondent = o.correspondent AND x.role <> 'NOTICE'
             WHERE r.about_id = $1 AND r.state = 'DONE' AND $2 IN (r.correspondent, o.correspondent)
             ORDER BY r.settled_at, o.correspondent`,
      values: [messageId, correspondent],
    });
    return rows.map((row) => ({
      suspended: row.suspended,
      standIn: row.stand_in,
      atMs: row.settled_at.getTime(),
      inCharge: [
        ...inCharge(row.suspended, row.suspended_position, row.suspended_taken_at),
        ...inCharge(row.stand_in, row.stand_in_position, row.stand_in_taken_at),
      ],
    }));
  };
}

function inCharge(correspondent: string, position: string | null, at: Date | null): TakenOver['inCharge'] {
  return position === null || at === null ? [] : [{ correspondent, position, atMs: at.getTime() }];
}
