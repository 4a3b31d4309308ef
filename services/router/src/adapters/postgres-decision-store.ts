import { type Client, inTransaction, type Pool, StaleOffset } from '@chappe/postgres';
import { encode } from '@chappe/schemas';
import type { SliceDecision } from '../domain/decide-slice.ts';
import { referencesOf } from '../domain/message-references.ts';
import type { HeldMessage, KnownDecision, ThreadRecords } from '../domain/thread-memory.ts';
import type { ThreadScope } from '../domain/thread-scope.ts';
import type { ThreadReader } from '../routing/explain-routing.ts';
import type { DecisionStore } from '../routing/route-slice.ts';
import { type ThreadRow, threadRecordsOf } from './decision-rows.ts';
import { packBytes } from './packed-bytes.ts';

/** A message of this slice was decided elsewhere between reading and recording; trying again finds it. */
class DecidedElsewhere extends Error {
  override readonly name = 'DecidedElsewhere';
  readonly transient = true;
}

const mostAttempts = 5;

/** The store in PostgreSQL. */
export function createDecisionStore(pool: Pool): DecisionStore & ThreadReader {
  return {
    async decide(scope, decide) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await inTransaction(pool, async (client) => {
            const outcome = decide(await lockAndRead(client, scope));
            await record(client, outcome);
            return outcome;
          });
        } catch (error) {
          if (!(error instanceof DecidedElsewhere) || attempt >= mostAttempts) throw error;
        }
      }
    },
    async read({ threads, messages, senders }) {
      const found = await pool.query<ThreadRow>({
        name: 'read-threads',
        text: 'SELECT * FROM read_threads($1::uuid[], $2::uuid[], $3::text[])',
        values: [threads, messages, senders],
      });
      return threadRecordsOf(found.rows);
    },
    async advance(move, published) {
      const { group, topic, partition, first, after } = move;
      // Losing this statement in a crash of PostgreSQL only repeats a publication: it need not wait for the disk.
      const moved = await pool.query({
        name: published.length === 0 ? 'advance-router-offset' : 'advance-router-offset-and-forget',
        text: `${published.length === 0 ? '' : forgetPending}
          UPDATE stored_offset SET next = $5
           WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next = $4
             AND set_config('synchronous_commit', 'off', true) = 'off'`,
        values: [
          group,
          topic,
          partition,
          first.toString(),
          after.toString(),
          ...(published.length === 0 ? [] : identitiesOf(published)),
        ],
      });
      if (moved.rowCount !== 1) throw new StaleOffset({ group, topic, partition });
    },
  };
}

const forgetPending = `WITH forgotten AS (
  DELETE FROM pending_publication p USING unnest($6::uuid[], $7::text[]) AS done (message_id, request_digest)
   WHERE p.message_id = done.message_id AND p.request_digest = done.request_digest
)`;

async function lockAndRead(client: Client, scope: ThreadScope): Promise<ThreadRecords> {
  const found = await client.query<ThreadRow>({
    name: 'lock-and-read-threads',
    text: 'SELECT * FROM lock_and_read_threads($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])',
    values: [scope.locks, scope.threads, scope.messages, scope.senders],
  });
  return threadRecordsOf(found.rows);
}

async function record(client: Client, outcome: SliceDecision): Promise<void> {
  if (outcome.recorded.length > 0) await insertDecisions(client, outcome.recorded);
  if (outcome.heldAnew.length > 0) await insertHeld(client, outcome.heldAnew);
  if (outcome.heldNoMore.length > 0) await deleteHeld(client, outcome.heldNoMore);
  if (outcome.released.length > 0) await insertPending(client, outcome.released);
}

async function insertDecisions(client: Client, recorded: readonly KnownDecision[]): Promise<void> {
  const records = packBytes(recorded.map(({ decision }) => encode('Decision', decision)));
  const originals = packBytes(recorded.map(({ encoded }) => encoded));
  const decisions = recorded.map(({ decision }) => decision);
  const inserted = await client.query({
    name: 'insert-decisions',
    text: `INSERT INTO decision (message_id, request_digest, thread_id, subject_id, kind, lane, accepted,
                                 trace_id, decided_at, record, original)
           SELECT message_id, request_digest, thread_id, subject_id, kind, lane, accepted, trace_id,
                  to_timestamp(decided_at_ms / 1000.0),
                  substring($10::bytea, record_start, record_length),
                  substring($13::bytea, original_start, original_length)
             FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::boolean[],
                         $8::text[], $9::bigint[], $11::integer[], $12::integer[], $14::integer[], $15::integer[])
               AS row (message_id, request_digest, thread_id, subject_id, kind, lane, accepted, trace_id,
                       decided_at_ms, record_start, record_length, original_start, original_length)
           ON CONFLICT DO NOTHING`,
    values: [
      decisions.map((each) => each.messageId),
      decisions.map((each) => each.requestDigest),
      decisions.map((each) => each.threadId),
      recorded.map((each) => each.subjectId),
      decisions.map((each) => each.kind),
      decisions.map((each) => each.lane),
      decisions.map((each) => each.outcome === 'ACCEPTED'),
      recorded.map((each) => each.traceId),
      decisions.map((each) => each.decidedAt),
      records.bytes,
      records.starts,
      records.lengths,
      originals.bytes,
      originals.starts,
      originals.lengths,
    ],
  });
  if (inserted.rowCount !== recorded.length) throw new DecidedElsewhere('decided by another slice');
}

async function insertHeld(client: Client, held: readonly HeldMessage[]): Promise<void> {
  for (const { message, lane, encoded, heldUntilMs } of held) {
    await client.query({
      name: 'insert-held-message',
      text: `INSERT INTO held_message (message_id, request_digest, thread_id, lane, sender, refers_to, held_until,
                                       message)
             VALUES ($1, $2, $3, $4, $5, $6::uuid[], to_timestamp($7::bigint / 1000.0), $8)
             ON CONFLICT DO NOTHING`,
      values: [
        message.messageId,
        message.requestDigest,
        message.threadId,
        lane,
        message.sender.correspondent,
        referencesOf(message).map((each) => each.messageId),
        heldUntilMs,
        encoded,
      ],
    });
  }
}

async function deleteHeld(client: Client, held: readonly HeldMessage[]): Promise<void> {
  await client.query({
    name: 'delete-held-messages',
    text: `DELETE FROM held_message h USING unnest($1::uuid[], $2::text[]) AS done (message_id, request_digest)
            WHERE h.message_id = done.message_id AND h.request_digest = done.request_digest`,
    values: [held.map(({ message }) => message.messageId), held.map(({ message }) => message.requestDigest)],
  });
}

async function insertPending(client: Client, released: readonly KnownDecision[]): Promise<void> {
  await client.query({
    name: 'insert-pending-publications',
    text: `INSERT INTO pending_publication (message_id, request_digest, thread_id, lane)
           SELECT message_id, request_digest, thread_id, lane
             FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) WITH ORDINALITY
               AS row (message_id, request_digest, thread_id, lane, place) ORDER BY place
           ON CONFLICT DO NOTHING`,
    values: [
      ...identitiesOf(released),
      released.map(({ decision }) => decision.threadId),
      released.map(({ decision }) => decision.lane),
    ],
  });
}

function identitiesOf(decisions: readonly KnownDecision[]): [string[], string[]] {
  return [
    decisions.map(({ decision }) => decision.messageId),
    decisions.map(({ decision }) => decision.requestDigest),
  ];
}
