-- Up Migration

-- What persons said about a delivery. A row is never changed or removed: what is known of a delivery only grows.
CREATE TABLE receipt (
  delivery_id uuid NOT NULL REFERENCES inbox_item (delivery_id),
  version integer NOT NULL CHECK (version > 1),
  type text NOT NULL CHECK (type IN ('READ', 'TAKEN_IN_CHARGE', 'TRANSFERRED', 'REJECTED', 'COMPLIED')),
  person text NOT NULL,
  position text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('SYSTEM', 'PHONE', 'PAPER')),
  reason text CHECK (type <> 'REJECTED' OR reason IS NOT NULL),
  transferred_to text CHECK ((type = 'TRANSFERRED') = (transferred_to IS NOT NULL)),
  at timestamptz NOT NULL,
  PRIMARY KEY (delivery_id, version)
);

-- What the receipts amount to, written with each of them, so that a list needs no second table. The row of
-- the item is the lock under which receipts are given.
ALTER TABLE inbox_item
  ADD COLUMN receipt_stage text NOT NULL DEFAULT 'DELIVERED',
  ADD COLUMN receipt_version integer NOT NULL DEFAULT 1,
  ADD COLUMN assignee text,
  ADD COLUMN taken_by text,
  ADD COLUMN taken_position text,
  ADD COLUMN taken_at timestamptz;

CREATE INDEX inbox_item_unread ON inbox_item (correspondent, number) WHERE receipt_stage = 'DELIVERED';
CREATE INDEX inbox_item_assignee ON inbox_item (correspondent, assignee, number) WHERE assignee IS NOT NULL;

-- Down Migration

DROP INDEX inbox_item_unread, inbox_item_assignee;
ALTER TABLE inbox_item
  DROP COLUMN receipt_stage, DROP COLUMN receipt_version, DROP COLUMN assignee,
  DROP COLUMN taken_by, DROP COLUMN taken_position, DROP COLUMN taken_at;
DROP TABLE receipt;
