import { enqueueOutbox, type Queryable } from '@chappe/postgres';
import { type AuditEntry, auditTopic, encode } from '@chappe/schemas';

/**
 * Makes the audit entry durable. Called before the answer leaves: an entry may then exist for an answer that
 * never arrived, but no answer without its entry.
 */
export async function recordDisclosure(db: Queryable, entry: AuditEntry): Promise<void> {
  await enqueueOutbox(db, [{ topic: auditTopic, key: entry.subject, value: encode('AuditEntry', entry) }]);
}
