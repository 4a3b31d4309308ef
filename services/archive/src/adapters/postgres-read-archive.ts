import { type AudienceColumns, audience, audienceSql, type Subject } from '@chappe/policy';
import type { Queryable } from '@chappe/postgres';
import type { Position } from './signed-cursor.ts';

/** A row that this subject may read: the original and its decision, from which the variant is rebuilt. */
export interface ArchivedRow {
  readonly messageId: string;
  readonly variantId: string;
  readonly roles: readonly string[];
  readonly message: Buffer;
  readonly decision: Buffer;
  readonly position: Position;
}

/** What is asked of the archive. */
export interface ArchiveQuery {
  /** Already folded like the indexed text; null for everything. */
  readonly words: string | null;
  /** In its one written form. */
  readonly reference?: string;
  readonly limit: number;
  readonly after: Position | null;
}

// $1 is the subject, $2 its correspondent. Whoever sent a message in person is its SENDER, others of the same
// post are COLLEAGUE. Said of bare columns: behind an expression the planner takes one row in a hundred to hold,
// and then rather sorts everything than walk the index.
const columns: AudienceColumns = {
  isRelated: (correspondent, relations) =>
    `r.correspondent = ${correspondent} AND (r.roles && array_remove(${relations}, 'SENDER')
      OR (r.roles @> '{SENDER}' AND
        CASE WHEN r.actor = $1 THEN 'SENDER' ELSE 'COLLEAGUE' END = ANY(${relations})))`,
  // An excluded correspondent has no row: the decision never serves it.
  excluded: () => 'false',
  classification: 'r.classification',
  crimeAreas: 'r.crime_areas',
  tlp: 'r.tlp',
  handling: 'r.handling',
  thirdPartyRule: 'r.third_party_rule',
  attentionPositions: 'r.attention_positions',
};

const selected = 'r.message_id, r.request_digest, r.decision_id, r.variant_id, r.roles, r.received_at';

/** Joins the records to the rows that `chosen` selects as r: only to these, which is why they are chosen first. */
const withRecords = (chosen: string): string => `WITH r AS MATERIALIZED (${chosen})
  SELECT r.message_id AS "messageId", r.variant_id AS "variantId", r.roles,
    m.record AS message, d.record AS decision,
    (extract(epoch FROM r.received_at) * 1000000)::bigint::text AS "receivedAtUs"
  FROM r
  JOIN message_record m ON m.message_id = r.message_id AND m.request_digest = r.request_digest
  JOIN decision_record d ON d.decision_id = r.decision_id
  ORDER BY r.received_at DESC, r.message_id DESC`;

type Row = Omit<ArchivedRow, 'position'> & { receivedAtUs: string };

/** The newest readable messages that match, at most `limit`, after the position if one is given. */
export async function searchArchive(
  db: Queryable,
  subject: Subject,
  query: ArchiveQuery,
): Promise<ArchivedRow[]> {
  const { reference } = query;
  const named = reference === undefined ? [] : [reference];
  const allowed = audienceSql(audience(subject, 'archive.search'), columns, 7 + named.length);
  const { rows } = await db.query<Row>(
    withRecords(`SELECT ${selected} FROM readable_message r
      WHERE $1::text IS NOT NULL AND r.correspondent = $2 AND ${allowed.text}
      ${reference === undefined ? '' : 'AND r.reference = $7'}
      AND ($3::text IS NULL OR r.search @@ websearch_to_tsquery('simple', $3))
      AND ($4::bigint IS NULL
        OR (r.received_at, r.message_id) < (to_timestamp($4::bigint / 1000000.0), $5::uuid))
      ORDER BY r.received_at DESC, r.message_id DESC LIMIT $6`),
    [
      subject.id,
      subject.correspondent,
      query.words,
      query.after?.receivedAtUs ?? null,
      query.after?.messageId ?? null,
      query.limit,
      ...named,
      ...allowed.values,
    ],
  );
  return rows.map(withPosition);
}

/** One message that this subject may read now; undefined when it is absent or not readable, alike. */
export async function findInArchive(
  db: Queryable,
  subject: Subject,
  messageId: string,
): Promise<ArchivedRow | undefined> {
  const allowed = audienceSql(audience(subject, 'archive.read'), columns, 4);
  const { rows } = await db.query<Row>(
    withRecords(`SELECT ${selected} FROM readable_message r
      WHERE $1::text IS NOT NULL AND r.correspondent = $2 AND r.message_id = $3 AND ${allowed.text}`),
    [subject.id, subject.correspondent, messageId, ...allowed.values],
  );
  return rows.map(withPosition)[0];
}

function withPosition({ receivedAtUs, ...row }: Row): ArchivedRow {
  return { ...row, position: { receivedAtUs, messageId: row.messageId } };
}
