-- Up Migration

CREATE TABLE stored_offset (
  group_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next bigint NOT NULL CHECK (next >= 0),
  PRIMARY KEY (group_id, topic, partition)
);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb NOT NULL DEFAULT '{}'
);

-- The epoch is raised after a restore: cursors given before it then mean nothing.
CREATE TABLE mailbox_epoch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch integer NOT NULL CHECK (epoch > 0)
);
INSERT INTO mailbox_epoch (epoch) VALUES (1);

-- Its row is locked by whoever inserts: that lock is what makes numbers rise in the order of commits.
CREATE TABLE inbox_counter (
  correspondent text COLLATE "C" PRIMARY KEY,
  last_number bigint NOT NULL DEFAULT 0,
  last_position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE inbox_item (
  correspondent text COLLATE "C" NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  delivery_id uuid NOT NULL,
  message_id uuid NOT NULL,
  decision_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('ACTION', 'INFORMATION', 'NOTICE')),
  lane text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  sender text NOT NULL,
  variant_id text,
  directory_release integer NOT NULL,
  decided_at timestamptz NOT NULL,
  delivered_at timestamptz NOT NULL,
  notice jsonb,
  -- The variant in Avro. Null in a notice, and once it is withdrawn: the row stays as the tombstone
  -- that keeps the number and lets no redelivery bring the content back.
  content bytea,
  marking jsonb NOT NULL,
  recalled_by uuid,
  withdrawn boolean NOT NULL DEFAULT false,
  PRIMARY KEY (correspondent, number),
  UNIQUE (delivery_id),
  CHECK (NOT withdrawn OR content IS NULL)
);
CREATE UNIQUE INDEX inbox_item_once ON inbox_item (message_id, correspondent) WHERE role <> 'NOTICE';
CREATE INDEX inbox_item_notice ON inbox_item (message_id, correspondent) WHERE role = 'NOTICE';
CREATE INDEX inbox_item_thread ON inbox_item (correspondent, thread_id, number);

CREATE TABLE sent_item (
  correspondent text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  decision_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  lane text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  state text NOT NULL CHECK (state IN ('ACCEPTED', 'REFUSED')),
  refusal_code text,
  decided_at timestamptz NOT NULL,
  content bytea,
  PRIMARY KEY (correspondent, message_id, request_digest)
);
CREATE INDEX sent_item_position ON sent_item (correspondent, position DESC);
CREATE INDEX sent_item_thread ON sent_item (correspondent, thread_id);

-- A recall binds an inbox whatever arrives first, the recall or what it recalls.
CREATE TABLE recall (
  correspondent text COLLATE "C" NOT NULL,
  message_id uuid NOT NULL,
  recalled_by uuid NOT NULL,
  deletes boolean NOT NULL,
  PRIMARY KEY (correspondent, message_id)
);

-- Applies one slice in one round trip. Being volatile, each of its statements sees what was committed
-- before that statement began: what is read after the counters are locked is final. The caller sorts
-- `p_correspondents`, so that two slices wait for one another and never deadlock.
CREATE FUNCTION apply_deliveries(
  p_group text, p_topic text, p_partition integer, p_first bigint, p_after bigint,
  p_correspondents text[], p_at timestamptz, p_receipt_topic text,
  p_inbox jsonb, p_inbox_contents bytea[], p_receipts bytea[],
  p_sent jsonb, p_sent_contents bytea[]
) RETURNS TABLE (o_ordinal integer, o_number bigint, o_recalled_by uuid, o_withdrawn boolean)
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET jit = off AS $$
BEGIN
  INSERT INTO inbox_counter AS c (correspondent)
    SELECT name FROM unnest(p_correspondents) WITH ORDINALITY AS u(name, place) ORDER BY place
    ON CONFLICT DO NOTHING;
  PERFORM FROM inbox_counter AS c WHERE c.correspondent = ANY (p_correspondents)
    ORDER BY c.correspondent FOR UPDATE;

  INSERT INTO recall AS r (correspondent, message_id, recalled_by, deletes)
    SELECT i.correspondent, i.cancels, (array_agg(i.message_id ORDER BY i.ordinal))[1], bool_or(i.deletes)
    FROM jsonb_to_recordset(p_inbox) AS i(
      ordinal integer, correspondent text, cancels uuid, message_id uuid, deletes boolean)
    WHERE i.cancels IS NOT NULL
    GROUP BY i.correspondent, i.cancels
    ON CONFLICT (correspondent, message_id) DO UPDATE
      SET recalled_by = excluded.recalled_by, deletes = r.deletes OR excluded.deletes
      WHERE excluded.deletes AND NOT r.deletes;
  IF FOUND THEN
    UPDATE inbox_item AS x
      SET recalled_by = r.recalled_by, withdrawn = x.withdrawn OR r.deletes,
          content = CASE WHEN r.deletes THEN NULL ELSE x.content END
      FROM recall AS r
      WHERE r.correspondent = ANY (p_correspondents)
        AND x.correspondent = r.correspondent AND x.message_id = r.message_id AND x.role <> 'NOTICE'
        AND (x.recalled_by IS DISTINCT FROM r.recalled_by OR (r.deletes AND NOT x.withdrawn));
  END IF;

  RETURN QUERY
  WITH incoming AS (
    SELECT * FROM jsonb_to_recordset(p_inbox) AS i(
      ordinal integer, correspondent text, delivery_id uuid, message_id uuid, decision_id uuid,
      thread_id uuid, role text, lane text, kind text, status text, sender text, variant_id text,
      directory_release integer, decided_at timestamptz, notice jsonb, marking jsonb)
  ), fresh AS MATERIALIZED (
    SELECT i.*, c.last_number + row_number() OVER (PARTITION BY i.correspondent ORDER BY i.ordinal) AS number,
      r.recalled_by, coalesce(r.deletes, false) AS withdrawn
    FROM incoming AS i
    JOIN inbox_counter AS c ON c.correspondent = i.correspondent
    LEFT JOIN LATERAL (
      SELECT t.recalled_by, t.deletes FROM recall AS t
      WHERE t.correspondent = i.correspondent AND t.message_id = i.message_id AND i.role <> 'NOTICE'
      OFFSET 0) AS r ON true
    -- Scalar and one index each: a join, or another index, would be chosen for the table as it was when
    -- this connection was young.
    WHERE (SELECT true FROM inbox_item AS x WHERE x.delivery_id = i.delivery_id) IS NULL
      AND (i.role = 'NOTICE' OR NOT i.correspondent = ANY (ARRAY(
        SELECT x.correspondent FROM inbox_item AS x WHERE x.message_id = i.message_id AND x.role <> 'NOTICE')))
  ), stored AS (
    INSERT INTO inbox_item (correspondent, number, delivery_id, message_id, decision_id, thread_id, role, lane,
      kind, status, sender, variant_id, directory_release, decided_at, delivered_at, notice, content, marking,
      recalled_by, withdrawn)
    SELECT f.correspondent, f.number, f.delivery_id, f.message_id, f.decision_id, f.thread_id, f.role, f.lane,
      f.kind, f.status, f.sender, f.variant_id, f.directory_release, f.decided_at, p_at,
      CASE WHEN jsonb_typeof(f.notice) = 'object' THEN f.notice END,
      CASE WHEN f.withdrawn THEN NULL ELSE p_inbox_contents[f.ordinal] END, f.marking, f.recalled_by, f.withdrawn
    FROM fresh AS f
  ), receipts AS (
    INSERT INTO outbox (topic, key, value)
    SELECT p_receipt_topic, f.message_id::text, p_receipts[f.ordinal] FROM fresh AS f ORDER BY f.ordinal
  ), counted AS (
    UPDATE inbox_counter AS c SET last_number = t.top
    FROM (SELECT f.correspondent, max(f.number) AS top FROM fresh AS f GROUP BY f.correspondent) AS t
    WHERE c.correspondent = t.correspondent
  )
  SELECT f.ordinal, f.number, f.recalled_by, f.withdrawn FROM fresh AS f ORDER BY f.ordinal;

  IF jsonb_array_length(p_sent) > 0 THEN
    WITH incoming AS (
      SELECT s.*, c.last_position + row_number() OVER (PARTITION BY s.correspondent ORDER BY s.ordinal) AS position
      FROM jsonb_to_recordset(p_sent) AS s(
        ordinal integer, correspondent text, message_id uuid, request_digest text, decision_id uuid,
        thread_id uuid, lane text, kind text, status text, state text, refusal_code text, decided_at timestamptz)
      JOIN inbox_counter AS c ON c.correspondent = s.correspondent
    ), stored AS (
      INSERT INTO sent_item AS x (correspondent, position, message_id, request_digest, decision_id, thread_id, lane,
        kind, status, state, refusal_code, decided_at, content)
      SELECT i.correspondent, i.position, i.message_id, i.request_digest, i.decision_id, i.thread_id, i.lane,
        i.kind, i.status, i.state, i.refusal_code, i.decided_at, p_sent_contents[i.ordinal]
      FROM incoming AS i
      ON CONFLICT (correspondent, message_id, request_digest) DO UPDATE
        SET state = CASE WHEN excluded.state = 'REFUSED' THEN 'REFUSED' ELSE x.state END,
            refusal_code = coalesce(x.refusal_code, excluded.refusal_code),
            content = coalesce(x.content, excluded.content)
        WHERE x.state IS DISTINCT FROM excluded.state OR (x.content IS NULL AND excluded.content IS NOT NULL)
    )
    UPDATE inbox_counter AS c SET last_position = t.top
    FROM (SELECT i.correspondent, max(i.position) AS top FROM incoming AS i GROUP BY i.correspondent) AS t
    WHERE c.correspondent = t.correspondent;
  END IF;

  UPDATE stored_offset SET next = p_after
    WHERE group_id = p_group AND topic = p_topic AND partition = p_partition AND next = p_first;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'stored offset has moved' USING ERRCODE = 'CH409';
  END IF;
END
$$;

-- Down Migration

DROP FUNCTION apply_deliveries;
DROP TABLE recall, sent_item, inbox_item, inbox_counter, mailbox_epoch, outbox, stored_offset;
