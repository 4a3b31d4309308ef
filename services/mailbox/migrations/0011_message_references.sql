-- Up Migration

-- Which received items, and which sent ones, bear a reference. Made up afterwards from what is stored, and at a
-- look-up for what came since: nobody who waits for a delivery pays for it.
CREATE TABLE message_reference (
  correspondent text COLLATE "C" NOT NULL,
  side text NOT NULL CHECK (side IN ('RECEIVED', 'SENT')),
  reference text COLLATE "C" NOT NULL,
  -- The number in the inbox, or the position among what was sent.
  number bigint NOT NULL,
  PRIMARY KEY (correspondent, side, reference, number)
);

-- Up to where every item has been looked at. Whoever files locks its row.
CREATE TABLE message_reference_progress (
  correspondent text COLLATE "C" NOT NULL,
  side text NOT NULL CHECK (side IN ('RECEIVED', 'SENT')),
  number bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (correspondent, side)
) WITH (fillfactor = 50);

-- A sent item may be there before its content: then it has to be looked at again.
CREATE FUNCTION look_at_sent_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE message_reference_progress AS p SET number = least(p.number, NEW.position - 1)
    WHERE p.correspondent = NEW.correspondent AND p.side = 'SENT';
  RETURN NULL;
END
$$;
CREATE TRIGGER sent_item_has_content AFTER UPDATE OF content ON sent_item FOR EACH ROW
  WHEN (OLD.content IS NULL AND NEW.content IS NOT NULL) EXECUTE FUNCTION look_at_sent_again();

-- Down Migration

DROP TRIGGER sent_item_has_content ON sent_item;
DROP FUNCTION look_at_sent_again;
DROP TABLE message_reference, message_reference_progress;
