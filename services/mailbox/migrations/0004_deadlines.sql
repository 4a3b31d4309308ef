-- Up Migration

-- What somebody owes until when. Written with the delivery that causes it, ended with the receipt or the message
-- that fulfils it; holds references and markings, no content.
CREATE TABLE deadline (
  deadline_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT', 'COMPLY', 'REVIEW')),
  correspondent text COLLATE "C" NOT NULL,
  message_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('ACTUAL', 'EXERCISE')),
  card jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  remind_at timestamptz[] NOT NULL,
  escalate_at timestamptz[] NOT NULL,
  reminded integer NOT NULL DEFAULT 0,
  escalated integer NOT NULL DEFAULT 0,
  -- When something is to be done next; null when nothing is.
  next_at timestamptz,
  ended_at timestamptz,
  ended_by text,
  CHECK (ended_at IS NULL OR next_at IS NULL)
) WITH (fillfactor = 80);
-- The sweep reads the head of this index, however many rows there are.
CREATE INDEX deadline_next ON deadline (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deadline_message ON deadline (message_id, correspondent);
CREATE INDEX deadline_open ON deadline (correspondent, due_at) WHERE ended_at IS NULL;

-- What settles deadlines binds whatever arrives first, the settlement or what it settles.
CREATE TABLE deadline_settlement (
  correspondent text COLLATE "C" NOT NULL,
  message_id uuid NOT NULL,
  cause text NOT NULL CHECK (cause IN ('REPLIED', 'EXTENDED', 'CANCELLED', 'REVIEWED')),
  due_at timestamptz CHECK ((cause = 'EXTENDED') = (due_at IS NOT NULL)),
  remind_at timestamptz[],
  escalate_at timestamptz[],
  PRIMARY KEY (correspondent, message_id, cause)
);

-- Each reminder and escalation that happened, once.
CREATE TABLE deadline_event (
  deadline_id uuid NOT NULL REFERENCES deadline,
  due_at timestamptz NOT NULL,
  step text NOT NULL CHECK (step IN ('REMINDER', 'ESCALATION')),
  number integer NOT NULL,
  at timestamptz NOT NULL,
  recipient text NOT NULL,
  positions text[] NOT NULL,
  -- The service message that tells of it.
  message_id uuid NOT NULL,
  PRIMARY KEY (deadline_id, due_at, step, number)
);
CREATE INDEX deadline_event_message ON deadline_event (message_id);

-- What is still to be told to ingest and to pagers: committed with the event that causes it, so that it may be late
-- and is never lost.
CREATE TABLE deadline_errand (
  errand_id uuid PRIMARY KEY,
  channel text NOT NULL CHECK (channel IN ('INGEST', 'MAIL', 'WEBHOOK')),
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts integer NOT NULL DEFAULT 0,
  -- Null once it is done or given up.
  next_attempt_at timestamptz DEFAULT clock_timestamp(),
  done_at timestamptz,
  failed_at timestamptz,
  last_code text
);
CREATE INDEX deadline_errand_next ON deadline_errand (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deadline_errand_done ON deadline_errand (done_at) WHERE done_at IS NOT NULL;

-- `apply_deliveries` with what its deliveries cause and settle, in the same transaction and round trip. All of it
-- happens under the counters' locks. Clocks that run from receipt are set by the database's clock: the process's
-- may be wrong, and it is the database's that they are compared with.
CREATE FUNCTION apply_deliveries_and_deadlines(
  p_group text, p_topic text, p_partition integer, p_first bigint, p_after bigint,
  p_correspondents text[], p_at timestamptz, p_receipt_topic text,
  p_inbox jsonb, p_inbox_contents bytea[], p_receipts bytea[],
  p_sent jsonb, p_sent_contents bytea[], p_deadlines jsonb, p_settlements jsonb
) RETURNS TABLE (o_ordinal integer, o_number bigint, o_recalled_by uuid, o_withdrawn boolean)
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_placed jsonb;
  v_touched uuid[];
  -- Moments are kept to the millisecond, as those who read them know them.
  v_shift interval := date_trunc('milliseconds', clock_timestamp() - p_at);
BEGIN
  SELECT coalesce(jsonb_agg(to_jsonb(a)), '[]') INTO v_placed
    FROM apply_deliveries(p_group, p_topic, p_partition, p_first, p_after, p_correspondents, p_at, p_receipt_topic,
      p_inbox, p_inbox_contents, p_receipts, p_sent, p_sent_contents) AS a;

  IF jsonb_array_length(p_deadlines) > 0 OR jsonb_array_length(p_settlements) > 0 THEN
    INSERT INTO deadline_settlement AS s (correspondent, message_id, cause, due_at, remind_at, escalate_at)
      SELECT i.correspondent, i.message_id, i.cause, i.due_at, i.remind_at, i.escalate_at
      FROM jsonb_to_recordset(p_settlements) AS i(correspondent text, message_id uuid, cause text,
        due_at timestamptz, remind_at timestamptz[], escalate_at timestamptz[])
      ON CONFLICT (correspondent, message_id, cause) DO UPDATE
        SET due_at = excluded.due_at, remind_at = excluded.remind_at, escalate_at = excluded.escalate_at
        WHERE excluded.due_at > s.due_at;

    INSERT INTO deadline (deadline_id, kind, correspondent, message_id, status, card, started_at, due_at,
        remind_at, escalate_at, next_at)
      SELECT t.deadline_id, t.kind, t.correspondent, t.message_id, t.status, t.card, t.started_at + v_shift,
        t.due_at + t.shift, t.remind_at, t.escalate_at, least(t.remind_at[1], t.escalate_at[1])
      FROM (
        SELECT d.deadline_id, d.kind, d.correspondent, d.message_id, d.status, d.card, d.started_at, d.due_at, k.shift,
          ARRAY(SELECT each + k.shift FROM unnest(d.remind_at) WITH ORDINALITY AS r(each, place) ORDER BY place)
            AS remind_at,
          ARRAY(SELECT each + k.shift FROM unnest(d.escalate_at) WITH ORDINALITY AS e(each, place) ORDER BY place)
            AS escalate_at
        FROM jsonb_to_recordset(p_deadlines) AS d(ordinal integer, deadline_id uuid, kind text, correspondent text,
          message_id uuid, status text, card jsonb, from_receipt boolean, started_at timestamptz, due_at timestamptz,
          remind_at timestamptz[], escalate_at timestamptz[])
        CROSS JOIN LATERAL (SELECT CASE WHEN d.from_receipt THEN v_shift ELSE interval '0' END AS shift) AS k
        LEFT JOIN jsonb_to_recordset(v_placed) AS p(o_ordinal integer, o_recalled_by uuid)
          ON p.o_ordinal = d.ordinal
        WHERE d.ordinal IS NULL OR (p.o_ordinal IS NOT NULL AND (p.o_recalled_by IS NULL OR d.kind = 'COMPLY'))
      ) AS t
      ON CONFLICT (deadline_id) DO NOTHING;

    v_touched := ARRAY(SELECT (i.each->>'message_id')::uuid
      FROM jsonb_array_elements(p_deadlines || p_settlements) AS i(each));
    UPDATE deadline AS d SET due_at = s.due_at, remind_at = s.remind_at, escalate_at = s.escalate_at,
        reminded = 0, escalated = 0, next_at = least(s.remind_at[1], s.escalate_at[1])
      FROM deadline_settlement AS s
      WHERE s.correspondent = ANY (p_correspondents) AND s.message_id = ANY (v_touched) AND s.cause = 'EXTENDED'
        AND d.message_id = s.message_id AND d.correspondent = s.correspondent AND d.kind = 'REPLY'
        AND d.ended_at IS NULL AND d.due_at <> s.due_at;
    UPDATE deadline AS d SET ended_at = clock_timestamp(), ended_by = s.cause, next_at = NULL
      FROM deadline_settlement AS s
      WHERE s.correspondent = ANY (p_correspondents) AND s.message_id = ANY (v_touched)
        AND d.message_id = s.message_id AND d.correspondent = s.correspondent AND d.ended_at IS NULL
        AND CASE s.cause WHEN 'CANCELLED' THEN d.kind NOT IN ('COMPLY', 'REVIEW')
          WHEN 'REPLIED' THEN d.kind IN ('REPLY', 'CARRY_OUT', 'TAKE_IN_CHARGE')
          WHEN 'REVIEWED' THEN d.kind = 'REVIEW' ELSE false END;
  END IF;

  RETURN QUERY SELECT p.o_ordinal, p.o_number, p.o_recalled_by, p.o_withdrawn
    FROM jsonb_to_recordset(v_placed) AS p(o_ordinal integer, o_number bigint, o_recalled_by uuid, o_withdrawn boolean)
    ORDER BY p.o_ordinal;
END
$$;

-- Down Migration

DROP FUNCTION apply_deliveries_and_deadlines;
DROP TABLE deadline_errand, deadline_event, deadline_settlement, deadline;
