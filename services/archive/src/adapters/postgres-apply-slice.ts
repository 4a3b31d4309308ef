import type { Client } from '@chappe/postgres';
import type { AuditEntry, Decision, Message, Receipt } from '@chappe/schemas';
import { indexReadable, type OnAltered } from './postgres-index-readable.ts';
import { meetHalves } from './postgres-meet-halves.ts';

/** A decoded record with the bytes it came as: the bytes are what is kept. */
export interface Stored<T> {
  readonly value: T;
  readonly bytes: Buffer;
}

/** Keeps messages. One that came twice is kept once; one whose decision is here becomes readable. */
export async function keepMessages(
  client: Client,
  messages: readonly Stored<Message>[],
  lane: string,
  onAltered: OnAltered,
): Promise<void> {
  const complete = await meetHalves(
    client,
    'message',
    messages.map(({ value }) => value),
  );
  await client.query({
    name: 'keep-messages',
    text: `INSERT INTO message_record (message_id, request_digest, thread_id, kind, lane, sender, received_at, record)
      SELECT message_id, request_digest, thread_id, kind, $8, sender, to_timestamp(received_at_ms / 1000.0), record
      FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bytea[])
        AS r (message_id, request_digest, thread_id, kind, sender, received_at_ms, record)
      ON CONFLICT DO NOTHING`,
    values: [
      messages.map(({ value }) => value.messageId),
      messages.map(({ value }) => value.requestDigest),
      messages.map(({ value }) => value.threadId),
      messages.map(({ value }) => value.kind),
      messages.map(({ value }) => value.sender.correspondent),
      messages.map(({ value }) => value.receivedAt),
      messages.map(({ bytes }) => bytes),
      lane,
    ],
  });
  await indexReadable(client, complete, onAltered);
}

/** Keeps decisions. The router may publish one several times: it is kept once. */
export async function keepDecisions(
  client: Client,
  decisions: readonly Stored<Decision>[],
  onAltered: OnAltered,
): Promise<void> {
  const complete = await meetHalves(
    client,
    'decision',
    decisions.map(({ value }) => value),
  );
  await client.query({
    name: 'keep-decisions',
    text: `INSERT INTO decision_record (decision_id, message_id, request_digest, outcome, decided_at, record)
      SELECT decision_id, message_id, request_digest, outcome, to_timestamp(decided_at_ms / 1000.0), record
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
        AS r (decision_id, message_id, request_digest, outcome, decided_at_ms, record)
      ON CONFLICT DO NOTHING`,
    values: [
      decisions.map(({ value }) => value.decisionId),
      decisions.map(({ value }) => value.messageId),
      decisions.map(({ value }) => value.requestDigest),
      decisions.map(({ value }) => value.outcome),
      decisions.map(({ value }) => value.decidedAt),
      decisions.map(({ bytes }) => bytes),
    ],
  });
  await indexReadable(client, complete, onAltered);
}

/** Keeps receipts, once each. */
export async function keepReceipts(client: Client, receipts: readonly Stored<Receipt>[]): Promise<void> {
  await client.query({
    name: 'keep-receipts',
    text: `INSERT INTO receipt_record (receipt_id, message_id, correspondent, type, version, at, record)
      SELECT receipt_id, message_id, correspondent, type, version, to_timestamp(at_ms / 1000.0), record
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bytea[])
        AS r (receipt_id, message_id, correspondent, type, version, at_ms, record)
      ON CONFLICT DO NOTHING`,
    values: [
      receipts.map(({ value }) => value.receiptId),
      receipts.map(({ value }) => value.messageId),
      receipts.map(({ value }) => value.correspondent),
      receipts.map(({ value }) => value.type),
      receipts.map(({ value }) => value.version),
      receipts.map(({ value }) => value.at),
      receipts.map(({ bytes }) => bytes),
    ],
  });
}

/** Keeps audit entries, once each, whatever the service that wrote them. */
export async function keepAuditEntries(
  client: Client,
  entries: readonly Stored<AuditEntry>[],
): Promise<void> {
  await client.query({
    name: 'keep-audit-entries',
    text: `INSERT INTO audit_record (audit_id, at, service, subject, correspondent, action, record)
      SELECT audit_id, to_timestamp(at_ms / 1000.0), service, subject, correspondent, action, record
      FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
        AS r (audit_id, at_ms, service, subject, correspondent, action, record)
      ON CONFLICT DO NOTHING`,
    values: [
      entries.map(({ value }) => value.auditId),
      entries.map(({ value }) => value.at),
      entries.map(({ value }) => value.service),
      entries.map(({ value }) => value.subject),
      entries.map(({ value }) => value.correspondent),
      entries.map(({ value }) => value.action),
      entries.map(({ bytes }) => bytes),
    ],
  });
}
