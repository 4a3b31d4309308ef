-- Up Migration

-- What an inbox can be narrowed by, one row per item and value: kind, role, sender, crime areas and countries of the
-- variant. Written once with the item and never changed by receipts. In the order of numbers, so that a page is read
-- in proportion to what it shows, however full the inbox.
CREATE TABLE inbox_facet (
  correspondent text COLLATE "C" NOT NULL,
  facet text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (correspondent, facet, number)
);

-- Up to which number every item of an inbox has its facets: those of older rows, and of rows that a replica of an
-- older release writes during an upgrade, are made up for afterwards.
CREATE TABLE inbox_facet_progress (
  correspondent text COLLATE "C" PRIMARY KEY,
  number bigint NOT NULL
) WITH (fillfactor = 50);

-- The most urgent first: one lane after the other, each by number.
CREATE INDEX inbox_item_lane ON inbox_item (correspondent, lane, number);
CREATE INDEX inbox_item_unread_lane ON inbox_item (correspondent, lane, number) WHERE receipt_stage = 'DELIVERED';
-- What nobody has taken: entries leave as somebody does, so the few that wait are found among the many that do not.
CREATE INDEX inbox_item_untaken ON inbox_item (correspondent, number) WHERE assignee IS NULL AND role = 'ACTION';
CREATE INDEX inbox_item_position ON inbox_item (correspondent, taken_position, number)
  WHERE taken_position IS NOT NULL;
-- Across inboxes: what happened in the threads whose senders watch.
CREATE INDEX inbox_item_in_thread ON inbox_item (thread_id);

-- Cursors are bound to subject and query by this key, which every replica shares and nobody else holds.
CREATE TABLE cursor_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  key bytea NOT NULL
);
INSERT INTO cursor_key (key)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- Of what is withdrawn nothing remains that came from its content. The values in use are looked up one by one along
-- the index: an item's own rows cannot be found there by number alone.
CREATE FUNCTION forget_facets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM inbox_facet AS f
  WHERE f.correspondent = NEW.correspondent AND f.number = NEW.number AND f.facet = ANY (ARRAY(
    WITH RECURSIVE used(facet) AS (
      (SELECT u.facet FROM inbox_facet AS u
       WHERE u.correspondent = NEW.correspondent AND u.facet > 'country:' AND u.facet < 'country;'
       ORDER BY u.facet LIMIT 1)
      UNION ALL
      SELECT (SELECT u.facet FROM inbox_facet AS u
        WHERE u.correspondent = NEW.correspondent AND u.facet > used.facet AND u.facet < 'country;'
        ORDER BY u.facet LIMIT 1)
      FROM used WHERE used.facet IS NOT NULL)
    SELECT facet FROM used WHERE facet IS NOT NULL));
  RETURN NULL;
END
$$;
CREATE TRIGGER inbox_item_withdrawn AFTER UPDATE ON inbox_item FOR EACH ROW
  WHEN (NEW.withdrawn AND NOT OLD.withdrawn) EXECUTE FUNCTION forget_facets();

-- Down Migration

DROP TRIGGER inbox_item_withdrawn ON inbox_item;
DROP FUNCTION forget_facets;
DROP TABLE cursor_key, inbox_facet, inbox_facet_progress;
DROP INDEX inbox_item_lane, inbox_item_unread_lane, inbox_item_untaken, inbox_item_position, inbox_item_in_thread;
