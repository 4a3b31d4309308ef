-- The stored offsets of packages/postgres: where each group reads next.
CREATE TABLE IF NOT EXISTS stored_offset (
  group_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next bigint NOT NULL CHECK (next >= 0),
  PRIMARY KEY (group_id, topic, partition)
);

-- One row for each copy of a message that was decided. `record` is the Decision and `original` the Message,
-- both as on Kafka; `original` is null when refused or erased.
CREATE TABLE decision (
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  thread_id uuid NOT NULL,
  subject_id uuid,
  kind text NOT NULL,
  lane text NOT NULL,
  accepted boolean NOT NULL,
  trace_id text,
  decided_at timestamptz NOT NULL,
  record bytea NOT NULL,
  original bytea,
  PRIMARY KEY (message_id, request_digest)
);

-- The guarantee behind "a submission counts once".
CREATE UNIQUE INDEX decision_accepted_once ON decision (message_id) WHERE accepted;
CREATE INDEX decision_follow_up ON decision (thread_id) WHERE accepted AND subject_id IS NOT NULL;
-- Encoded records hardly compress any further, and compressing them costs more than it saves.
ALTER TABLE decision ALTER COLUMN record SET STORAGE EXTERNAL, ALTER COLUMN original SET STORAGE EXTERNAL;

-- Messages that wait for a reference. `refers_to` lets their decision find the originals it needs.
CREATE TABLE held_message (
  position bigint GENERATED ALWAYS AS IDENTITY,
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  thread_id uuid NOT NULL,
  lane text NOT NULL,
  sender text NOT NULL,
  refers_to uuid[] NOT NULL,
  held_until timestamptz NOT NULL,
  message bytea NOT NULL,
  PRIMARY KEY (message_id, request_digest)
);
CREATE INDEX held_message_thread ON held_message (thread_id);
CREATE INDEX held_message_sender ON held_message (sender);
CREATE INDEX held_message_due ON held_message (held_until);

-- Decisions taken outside of their own slice, until their publication is acknowledged: no offset stands
-- for them any more.
CREATE TABLE pending_publication (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  thread_id uuid NOT NULL,
  lane text NOT NULL,
  UNIQUE (message_id, request_digest),
  FOREIGN KEY (message_id, request_digest) REFERENCES decision ON DELETE CASCADE
);
CREATE INDEX pending_publication_thread ON pending_publication (thread_id);
CREATE INDEX pending_publication_lane ON pending_publication (lane, position);

-- Serialises whatever decides about these threads and identities, in sorted order so that two slices never
-- wait for each other. The locks end with the transaction.
CREATE FUNCTION lock_threads(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  key bigint;
BEGIN
  FOR key IN SELECT DISTINCT hashtextextended(id::text, 7) AS k FROM unnest(ids) AS id ORDER BY k LOOP
    PERFORM pg_advisory_xact_lock(key);
  END LOOP;
END
$$;

-- What is recorded about some threads and messages. Volatile on purpose: each of its statements takes a new
-- snapshot, so called after lock_threads it sees what the previous holder of the locks committed.
CREATE FUNCTION read_threads(threads uuid[], messages uuid[], senders text[])
RETURNS TABLE (
  part text,
  message_id uuid,
  request_digest text,
  lane text,
  subject_id uuid,
  trace_id text,
  record bytea,
  original bytea,
  held_until timestamptz,
  sender text,
  waiting integer
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  wanted uuid[] := messages;
BEGIN
  RETURN QUERY
    SELECT 'held', h.message_id, h.request_digest, h.lane, NULL::uuid, NULL::text, NULL::bytea, h.message,
           h.held_until, h.sender, NULL::integer
      FROM held_message h WHERE h.thread_id = ANY (threads) ORDER BY h.position;
  IF FOUND THEN
    wanted := wanted || ARRAY(
      SELECT unnest(h.refers_to || h.message_id) FROM held_message h WHERE h.thread_id = ANY (threads));
  END IF;

  RETURN QUERY
    SELECT 'pending', p.message_id, p.request_digest, p.lane, NULL::uuid, NULL::text, NULL::bytea, NULL::bytea,
           NULL::timestamptz, NULL::text, NULL::integer
      FROM pending_publication p WHERE p.thread_id = ANY (threads) ORDER BY p.position;
  IF FOUND THEN
    wanted := wanted || ARRAY(
      SELECT id FROM pending_publication p JOIN decision d USING (message_id, request_digest),
             unnest(ARRAY[d.message_id, d.subject_id]) AS id
       WHERE p.thread_id = ANY (threads) AND id IS NOT NULL);
  END IF;

  RETURN QUERY
    SELECT 'decision', d.message_id, d.request_digest, d.lane, d.subject_id, d.trace_id, d.record, d.original,
           NULL::timestamptz, NULL::text, NULL::integer
      FROM decision d WHERE d.message_id = ANY (wanted);

  RETURN QUERY
    SELECT 'decision', d.message_id, d.request_digest, d.lane, d.subject_id, d.trace_id, d.record,
           CASE WHEN d.kind = 'RELEASE' THEN d.original END,
           NULL::timestamptz, NULL::text, NULL::integer
      FROM decision d
     WHERE d.thread_id = ANY (threads) AND d.accepted AND d.subject_id IS NOT NULL
       AND d.message_id <> ALL (wanted)
     ORDER BY d.decided_at;

  RETURN QUERY
    SELECT 'waiting', NULL::uuid, NULL::text, NULL::text, NULL::uuid, NULL::text, NULL::bytea, NULL::bytea,
           NULL::timestamptz, h.sender, count(*)::integer
      FROM held_message h WHERE h.sender = ANY (senders) GROUP BY h.sender;
END
$$;

-- One round trip instead of two for the usual slice.
CREATE FUNCTION lock_and_read_threads(locks uuid[], threads uuid[], messages uuid[], senders text[])
RETURNS TABLE (
  part text,
  message_id uuid,
  request_digest text,
  lane text,
  subject_id uuid,
  trace_id text,
  record bytea,
  original bytea,
  held_until timestamptz,
  sender text,
  waiting integer
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM lock_threads(locks);
  RETURN QUERY SELECT * FROM read_threads(threads, messages, senders);
END
$$;
