import type { Client } from '@chappe/postgres';

/** One copy of a message, as its sender posted it. */
export interface RecordKey {
  readonly messageId: string;
  readonly requestDigest: string;
}

export type Half = 'message' | 'decision';

const statements: Readonly<Record<Half, string>> = {
  message: meeting('has_message', 'has_decision'),
  decision: meeting('has_decision', 'has_message'),
};

/**
 * Notes that one half of these records is being stored, and returns those whose other half already is.
 *
 * A message and its decision arrive on different topics, in transactions that may run at the same moment.
 * The upsert locks the common row, so the later of the two waits for the earlier one's commit and sees it:
 * exactly one of them returns the key. Keys are locked in sorted order, so that two slices cannot deadlock.
 */
export async function meetHalves(
  client: Client,
  half: Half,
  keys: readonly RecordKey[],
): Promise<RecordKey[]> {
  const distinct = new Map(keys.map((key) => [`${key.messageId} ${key.requestDigest}`, key]));
  const sorted = [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  const { rows } = await client.query<{ message_id: string; request_digest: string; complete: boolean }>({
    name: `meet-${half}`,
    text: statements[half],
    values: [sorted.map((key) => key.messageId), sorted.map((key) => key.requestDigest)],
  });
  return rows
    .filter((row) => row.complete)
    .map((row) => ({ messageId: row.message_id, requestDigest: row.request_digest }));
}

function meeting(mine: string, other: string): string {
  return `INSERT INTO record_key (message_id, request_digest, ${mine})
    SELECT message_id, request_digest, true FROM unnest($1::uuid[], $2::text[]) AS k (message_id, request_digest)
    ON CONFLICT (message_id, request_digest) DO UPDATE SET ${mine} = true
    RETURNING message_id, request_digest, ${other} AS complete`;
}
