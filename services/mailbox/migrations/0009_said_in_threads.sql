-- Up Migration

-- Threads in which something was said that ends or moves what is owed in them: a closure, a correction, a reply, a
-- cancellation. Looked at again ever more seldom, because what it bears on may arrive after it.
CREATE TABLE thread_review (
  thread_id uuid PRIMARY KEY,
  looks integer NOT NULL DEFAULT 0,
  -- Null once nothing can be on its way any more; the row stays, and says that the thread has to be read.
  next_look_at timestamptz DEFAULT clock_timestamp()
) WITH (fillfactor = 80);
CREATE INDEX thread_review_next ON thread_review (next_look_at) WHERE next_look_at IS NOT NULL;

-- What corrects what, whoever holds it: a recall covers both.
CREATE TABLE correction (
  message_id uuid PRIMARY KEY,
  original_id uuid NOT NULL
);
CREATE INDEX correction_original ON correction (original_id);

-- A closure concerns the whole thread, and is found by it from any inbox.
CREATE INDEX sent_item_closure ON sent_item (thread_id) WHERE kind = 'CLOSURE';

-- Written before the slice that says it is applied: repeated after a crash, it says the same again. The counters are
-- locked as whoever applies a cancellation locks them, so that of a correction and the recall of its original the
-- later one finds the earlier, whichever that is.
CREATE FUNCTION note_said(p_threads uuid[], p_corrections jsonb) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_holders text[];
BEGIN
  INSERT INTO thread_review AS t (thread_id)
    SELECT DISTINCT each FROM unnest(p_threads) AS u(each) ORDER BY each
    ON CONFLICT (thread_id) DO UPDATE SET looks = 0, next_look_at = clock_timestamp();
  IF jsonb_array_length(p_corrections) = 0 THEN
    RETURN;
  END IF;
  v_holders := ARRAY(SELECT DISTINCT c.correspondent COLLATE "C" AS name
    FROM jsonb_to_recordset(p_corrections) AS c(correspondent text) ORDER BY name);
  INSERT INTO inbox_counter (correspondent)
    SELECT name FROM unnest(v_holders) WITH ORDINALITY AS u(name, place) ORDER BY place ON CONFLICT DO NOTHING;
  PERFORM FROM inbox_counter AS c WHERE c.correspondent = ANY (v_holders) ORDER BY c.correspondent FOR UPDATE;
  INSERT INTO correction (message_id, original_id)
    SELECT DISTINCT c.message_id, c.original_id
    FROM jsonb_to_recordset(p_corrections) AS c(message_id uuid, original_id uuid)
    ON CONFLICT DO NOTHING;
  INSERT INTO recall AS r (correspondent, message_id, recalled_by, deletes)
    SELECT DISTINCT ON (c.correspondent, c.message_id) c.correspondent, c.message_id, o.recalled_by, o.deletes
    FROM jsonb_to_recordset(p_corrections) AS c(correspondent text, message_id uuid, original_id uuid)
    JOIN recall AS o ON o.correspondent = c.correspondent AND o.message_id = c.original_id
    ORDER BY c.correspondent, c.message_id
    ON CONFLICT (correspondent, message_id) DO UPDATE
      SET recalled_by = excluded.recalled_by, deletes = true
      WHERE excluded.deletes AND NOT r.deletes;
END
$$;

-- Whoever is asked to stop using a message, or to delete it, is asked the same of what corrects it: of what is held,
-- and of what is still on its way.
CREATE FUNCTION recall_corrections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE inbox_item AS x
    SET recalled_by = NEW.recalled_by, withdrawn = x.withdrawn OR NEW.deletes,
        content = CASE WHEN NEW.deletes THEN NULL ELSE x.content END
    WHERE x.message_id = NEW.message_id AND x.correspondent = NEW.correspondent AND x.role <> 'NOTICE'
      AND (x.recalled_by IS DISTINCT FROM NEW.recalled_by OR (NEW.deletes AND NOT x.withdrawn));
  INSERT INTO recall AS r (correspondent, message_id, recalled_by, deletes)
    SELECT NEW.correspondent, c.message_id, NEW.recalled_by, NEW.deletes
    FROM correction AS c WHERE c.original_id = NEW.message_id ORDER BY c.message_id
    ON CONFLICT (correspondent, message_id) DO UPDATE
      SET recalled_by = excluded.recalled_by, deletes = true
      WHERE excluded.deletes AND NOT r.deletes;
  RETURN NULL;
END
$$;
CREATE TRIGGER recall_covers_corrections AFTER INSERT OR UPDATE ON recall
  FOR EACH ROW EXECUTE FUNCTION recall_corrections();

-- What was said before this release ends what is still owed.
INSERT INTO thread_review (thread_id)
  SELECT DISTINCT thread_id FROM sent_item WHERE state = 'ACCEPTED' AND kind IN ('CLOSURE', 'CORRECTION');

-- Down Migration

DROP TRIGGER recall_covers_corrections ON recall;
DROP FUNCTION recall_corrections, note_said;
DROP INDEX sent_item_closure;
DROP TABLE correction, thread_review;
