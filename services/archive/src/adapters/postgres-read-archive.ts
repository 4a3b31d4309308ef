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
  readonly limit: number;
  readonly after: Position | null;
}

// $1 is the subject: whoever sent a message in person is its SENDER, others of the same post COLLEAGUE.
const columns: AudienceColumns = {
  relations: (correspondent) =>
    `CASE WHEN r.correspondent <> ${correspondent} THEN '{}'::text[]
      WHEN r.actor = $1 THEN r.roles ELSE array_replace(r.roles, 'SENDER', 'COLLEAGUE') END`,
  // An excluded correspondent has no row: the decision never serves it.
  excluded: () => 'false',
  classification: 'r.classification',
  crimeAreas: 'r.crime_areas',
  tlp: 'r.tlp',
  handling: 'r.handling',
  thirdPartyRule: 'r.third_party_rule',
  attentionPositions: 'r.attention_positions',
};

const selection = `SELECT r.message_id AS "messageId", r.variant_id AS "variantId", r.roles,
    m.record AS message, d.record AS decision,
    (extract(epoch FROM r.received_at) * 1000000)::bigint::text AS "receivedAtUs"
  FROM readable_message r
  JOIN message_record m ON m.message_id = r.message_id AND m.request_digest = r.request_digest
  JOIN decision_record d USING (decision_id)
  WHERE r.correspondent = $2`;

type Row = Omit<ArchivedRow, 'position'> & { receivedAtUs: string };

/** The newest readable messages that match, at most `limit`, after the position if one is given. */
export async function searchArchive(
  db: Queryable,
  subject: Subject,
  query: ArchiveQuery,
): Promise<ArchivedRow[]> {
  const allowed = audienceSql(audience(subject, 'archive.search'), columns, 7);
  const { rows } = await db.query<Row>(
    `${selection} AND ${allowed.text}
      AND ($3::text IS NULL OR r.search @@ websearch_to_tsquery('simple', $3))
      AND ($4::bigint IS NULL
        OR (r.received_at, r.message_id) < (to_timestamp($4::bigint / 1000000.0), $5::uuid))
      ORDER BY r.received_at DESC, r.message_id DESC LIMIT $6`,
    [
      subject.id,
      subject.correspondent,
      query.words,
      query.after?.receivedAtUs ?? null,
      query.after?.messageId ?? null,
      query.limit,
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
  const { rows } = await db.query<Row>(`${selection} AND ${allowed.text} AND r.message_id = $3`, [
    subject.id,
    subject.correspondent,
    messageId,
    ...allowed.values,
  ]);
  return rows.map(withPosition)[0];
}

function withPosition({ receivedAtUs, ...row }: Row): ArchivedRow {
  return { ...row, position: { receivedAtUs, messageId: row.messageId } };
}
