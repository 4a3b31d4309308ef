import type { Client } from '@chappe/postgres';
import { type Decision, decode, type Message } from '@chappe/schemas';
import { passedOnOriginals, type ReadableRow, readableRows } from '../domain/readable-rows.ts';
import type { RecordKey } from './postgres-meet-halves.ts';

/** Called for a variant that cannot be rebuilt as the router decided it. */
export type OnAltered = (finding: { messageId: string; variantIds: readonly string[] }) => void;

/** Makes complete records readable: a row per correspondent that a decision gives the message to. */
export async function indexReadable(
  client: Client,
  keys: readonly RecordKey[],
  onAltered: OnAltered,
): Promise<void> {
  if (keys.length === 0) return;
  const complete = await readPairs(client, completePairs, [
    keys.map((key) => key.messageId),
    keys.map((key) => key.requestDigest),
  ]);
  const passedOn = complete.flatMap(({ decision }) =>
    passedOnOriginals(decision).map((originalId) => ({ originalId, decisionId: decision.decisionId })),
  );
  const touched = [...keys.map((key) => key.messageId), ...passedOn.map(({ originalId }) => originalId)];
  // An original and the dispatch that passes it on may be applied at the same moment: whoever comes second
  // waits here, and then sees what the first has written.
  await client.query({
    name: 'lock-originals',
    text: `SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0))
      FROM (SELECT DISTINCT id FROM unnest($1::uuid[]) AS t (id) ORDER BY id) AS ids`,
    values: [touched],
  });
  if (passedOn.length > 0) {
    await client.query({
      name: 'note-passed-on',
      text: `INSERT INTO passed_on (original_id, decision_id)
        SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING`,
      values: [passedOn.map((each) => each.originalId), passedOn.map((each) => each.decisionId)],
    });
  }
  const pairs = [...complete, ...(await readPairs(client, passedOnPairs, [touched]))];
  const readable = pairs.flatMap(({ message, decision }) => {
    const joined = readableRows(message, decision);
    if (joined.alteredVariantIds.length > 0) {
      onAltered({ messageId: message.messageId, variantIds: joined.alteredVariantIds });
    }
    return joined.rows;
  });
  if (readable.length > 0) await insertRows(client, readable);
}

const completePairs = {
  name: 'complete-pairs',
  text: `SELECT m.record AS message, d.record AS decision
    FROM unnest($1::uuid[], $2::text[]) AS k (message_id, request_digest)
    JOIN message_record m USING (message_id, request_digest)
    JOIN decision_record d USING (message_id, request_digest)`,
};

/** An original counts once its own accepted decision names its digest. */
const passedOnPairs = {
  name: 'passed-on-pairs',
  text: `SELECT m.record AS message, d.record AS decision
    FROM passed_on p
    JOIN decision_record own ON own.message_id = p.original_id AND own.outcome = 'ACCEPTED'
    JOIN message_record m ON m.message_id = own.message_id AND m.request_digest = own.request_digest
    JOIN decision_record d ON d.decision_id = p.decision_id
    WHERE p.original_id = ANY ($1::uuid[])`,
};

async function readPairs(
  client: Client,
  statement: { name: string; text: string },
  values: unknown[],
): Promise<{ message: Message; decision: Decision }[]> {
  const { rows } = await client.query<{ message: Buffer; decision: Buffer }>({ ...statement, values });
  return rows.map((row) => ({
    message: readStored('Message', row.message),
    decision: readStored('Decision', row.decision),
  }));
}

/** Decodes bytes that this archive stored after decoding them once: a failure is an altered store. */
export function readStored(record: 'Message', bytes: Buffer): Message;
export function readStored(record: 'Decision', bytes: Buffer): Decision;
export function readStored(record: 'Message' | 'Decision', bytes: Buffer): Message | Decision {
  const result = decode(record, bytes);
  if (result.status !== 'decoded')
    throw new Error(`a stored ${record} can no longer be decoded: ${result.status}`);
  return result.value;
}

async function insertRows(client: Client, rows: readonly ReadableRow[]): Promise<void> {
  await client.query({
    name: 'insert-readable',
    text: `INSERT INTO readable_message (correspondent, message_id, request_digest, thread_id, roles, decision_id, variant_id,
        kind, lane, status, sender, actor, classification, tlp, handling, crime_areas, third_party_rule,
        attention_positions, received_at, search, reference)
      SELECT correspondent, "messageId", "requestDigest", "threadId", roles, "decisionId", "variantId",
        kind, lane, status, sender, actor, classification, tlp, handling, "crimeAreas", "thirdPartyRule",
        "attentionPositions", to_timestamp("receivedAtMs" / 1000.0), to_tsvector('simple', "searchText"),
        reference
      FROM jsonb_to_recordset($1::jsonb) AS r (correspondent text, "messageId" uuid, "requestDigest" text,
        "threadId" uuid, roles text[], "decisionId" uuid, "variantId" uuid, kind text, lane text, status text, sender text,
        actor text, classification text, tlp text, handling text[], "crimeAreas" text[],
        "thirdPartyRule" boolean, "attentionPositions" text[], "receivedAtMs" bigint, "searchText" text,
        reference text)
      ON CONFLICT (correspondent, message_id) DO NOTHING`,
    values: [JSON.stringify(rows)],
  });
}
