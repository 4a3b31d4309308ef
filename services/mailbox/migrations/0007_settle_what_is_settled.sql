-- Up Migration

-- `apply_deliveries_and_deadlines` as before, but what was settled is looked up first and alone, and only then what it
-- settles: as one join, a planner that knew the tables when they were young read all that an inbox owed for each slice.
CREATE OR REPLACE FUNCTION apply_deliveries_and_deadlines(
  p_group text, p_topic text, p_partition integer, p_first bigint, p_after bigint,
  p_correspondents text[], p_at timestamptz, p_receipt_topic text,
  p_inbox jsonb, p_inbox_contents bytea[], p_receipts bytea[],
  p_sent jsonb, p_sent_contents bytea[], p_deadlines jsonb, p_settlements jsonb
) RETURNS TABLE (o_ordinal integer, o_number bigint, o_recalled_by uuid, o_withdrawn boolean)
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_placed jsonb;
  v_settled deadline_settlement;
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

    FOR v_settled IN
      SELECT s.* FROM (SELECT DISTINCT i.correspondent, i.message_id
        FROM jsonb_to_recordset(p_deadlines || p_settlements) AS i(correspondent text, message_id uuid)) AS t
      CROSS JOIN LATERAL (SELECT * FROM deadline_settlement AS each
        WHERE each.correspondent = t.correspondent COLLATE "C" AND each.message_id = t.message_id OFFSET 0) AS s
      ORDER BY s.cause = 'EXTENDED' DESC
    LOOP
      IF v_settled.cause = 'EXTENDED' THEN
        UPDATE deadline AS d SET due_at = v_settled.due_at, remind_at = v_settled.remind_at,
            escalate_at = v_settled.escalate_at, reminded = 0, escalated = 0,
            next_at = least(v_settled.remind_at[1], v_settled.escalate_at[1])
          WHERE d.message_id = v_settled.message_id AND d.correspondent = v_settled.correspondent
            AND d.kind = 'REPLY' AND d.ended_at IS NULL AND d.due_at <> v_settled.due_at;
      ELSE
        UPDATE deadline AS d SET ended_at = clock_timestamp(), ended_by = v_settled.cause, next_at = NULL
          WHERE d.message_id = v_settled.message_id AND d.correspondent = v_settled.correspondent
            AND d.ended_at IS NULL
            AND CASE v_settled.cause WHEN 'CANCELLED' THEN d.kind NOT IN ('COMPLY', 'REVIEW')
              WHEN 'REPLIED' THEN d.kind IN ('REPLY', 'CARRY_OUT', 'TAKE_IN_CHARGE')
              WHEN 'REVIEWED' THEN d.kind = 'REVIEW' ELSE false END;
      END IF;
    END LOOP;
  END IF;

  RETURN QUERY SELECT p.o_ordinal, p.o_number, p.o_recalled_by, p.o_withdrawn
    FROM jsonb_to_recordset(v_placed) AS p(o_ordinal integer, o_number bigint, o_recalled_by uuid, o_withdrawn boolean)
    ORDER BY p.o_ordinal;
END
$$;
