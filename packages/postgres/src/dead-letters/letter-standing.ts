import type { Client, Queryable } from '../pool.ts';

/** One dead letter, by its place in the dead-letter topic of a group. */
export interface Letter {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
}

/** The same, with when it was appended: a topic made anew counts from zero again, and the time tells letters apart. */
export interface DatedLetter extends Letter {
  readonly atMs: number;
}

/** What has become of a letter. Who proposed a discard or its end waits for a second person. */
export type LetterState = 'OPEN' | 'REPLAYED' | 'DISCARD_PROPOSED' | 'DISCARDED' | 'REINSTATE_PROPOSED';

/** A letter's state, and the case about it that waits for a second person. */
export interface LetterStanding {
  readonly state: LetterState;
  readonly openCase: string | null;
}

/** Lets nobody else replay, discard or reinstate a letter until the transaction ends. */
export async function lockLetter(client: Client, { group, partition, offset }: Letter): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 11))', [
    `${group}/${partition}/${offset}`,
  ]);
}

interface Row {
  readonly replayed: boolean;
  readonly last_act: 'DISCARD' | 'REINSTATE' | null;
  readonly open_case: string | null;
}

/** How letters stand, in their order. */
export async function standingsOf(
  db: Queryable,
  letters: readonly DatedLetter[],
): Promise<readonly LetterStanding[]> {
  if (letters.length === 0) return [];
  const found = await db.query<Row>(
    `SELECT EXISTS (SELECT FROM dead_letter_replay r
                     WHERE (r.consumer_group, r.partition, r.letter_offset) = (l.grp, l.part, l.place)
                       AND r.letter_at = l.at AND r.result = 'REPLAYED') AS replayed,
            (SELECT c.act FROM dead_letter_case c
              WHERE (c.consumer_group, c.partition, c.letter_offset) = (l.grp, l.part, l.place)
                AND c.letter_at = l.at AND c.state = 'APPROVED' ORDER BY c.id DESC LIMIT 1) AS last_act,
            (SELECT c.id FROM dead_letter_case c
              WHERE (c.consumer_group, c.partition, c.letter_offset) = (l.grp, l.part, l.place)
                AND c.letter_at = l.at AND c.state = 'OPEN') AS open_case
       FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::timestamptz[])
            WITH ORDINALITY AS l (grp, part, place, at, position)
      ORDER BY l.position`,
    [
      letters.map(({ group }) => group),
      letters.map(({ partition }) => partition),
      letters.map(({ offset }) => offset),
      letters.map(({ atMs }) => new Date(atMs)),
    ],
  );
  return found.rows.map((row) => ({ state: stateOf(row), openCase: row.open_case }));
}

function stateOf({ replayed, last_act, open_case }: Row): LetterState {
  if (replayed) return 'REPLAYED';
  if (last_act === 'DISCARD') return open_case === null ? 'DISCARDED' : 'REINSTATE_PROPOSED';
  return open_case === null ? 'OPEN' : 'DISCARD_PROPOSED';
}
