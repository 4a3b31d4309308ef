import type { Queryable } from '@chappe/postgres';
import { readStored } from './postgres-index-readable.ts';

/** More cancellations than a thread ever has; beyond it nothing is told apart, and so everything counts as deleted. */
const mostCancellations = 1_000;

/**
 * Whether a message was cancelled with the demand to delete it. The archive keeps such a message, as the record of what
 * was said; its files, which every holder was told to destroy, it gives out no more.
 */
export async function isDeleted(
  db: Queryable,
  message: { readonly messageId: string; readonly threadId: string },
): Promise<boolean> {
  const { rows } = await db.query<{ record: Buffer }>({
    name: 'find-deletion',
    text: `SELECT m.record FROM message_record m
      JOIN decision_record d USING (message_id, request_digest)
      WHERE m.thread_id = $1 AND m.kind = 'CANCELLATION' AND d.outcome = 'ACCEPTED'
      LIMIT $2`,
    values: [message.threadId, mostCancellations],
  });
  if (rows.length === mostCancellations) return true;
  return rows.some((row) => {
    const { cancels, cancellation } = readStored('Message', row.record);
    // An action that this release does not know is taken for the stricter one.
    return cancels === message.messageId && cancellation?.action !== 'STOP_USE';
  });
}
