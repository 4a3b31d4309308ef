-- Up Migration

-- Since which release of the directory a correspondent is suspended. One row per suspension: one that is lifted and
-- comes back is another.
CREATE TABLE suspension (
  suspension_id uuid PRIMARY KEY,
  correspondent text COLLATE "C" NOT NULL,
  since_release integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_release integer,
  ended_at timestamptz,
  -- Up to which number its inbox has been looked through. Numbers rise in the order of commits, so nothing comes in
  -- behind it; what was decided before the suspension may still come in after it.
  walked_to bigint NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((ended_at IS NULL) = (ended_release IS NULL))
);
CREATE UNIQUE INDEX suspension_open ON suspension (correspondent) WHERE ended_at IS NULL;

-- The release up to which suspensions were read from the directory: a replica that is behind changes nothing.
CREATE TABLE suspension_watch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  release integer NOT NULL
);
INSERT INTO suspension_watch (release) VALUES (0);

-- What is to be taken over from a suspended correspondent, once per delivery and suspension.
CREATE TABLE reroute (
  suspension_id uuid NOT NULL REFERENCES suspension,
  delivery_id uuid NOT NULL,
  correspondent text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  -- The item's own message, and the message to be passed on: another one where the item is itself such an order.
  message_id uuid NOT NULL,
  about_id uuid,
  thread_id uuid NOT NULL,
  -- Whether it follows up what its thread holds already, and so goes after the rest of it.
  follows boolean NOT NULL,
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'ORDERED', 'DONE', 'REFUSED', 'DROPPED')),
  attempt integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The service message that orders it, and the errand that posts it.
  order_id uuid,
  errand_id uuid,
  ordered_at timestamptz,
  settled_at timestamptz,
  -- Why nothing was passed on.
  code text,
  PRIMARY KEY (suspension_id, delivery_id),
  CHECK (state NOT IN ('ORDERED', 'DONE') OR (order_id IS NOT NULL AND about_id IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX reroute_waiting ON reroute (next_at, number) WHERE state = 'WAITING';
CREATE INDEX reroute_ordered ON reroute (ordered_at) WHERE state = 'ORDERED';
-- What of a thread goes first.
CREATE INDEX reroute_turn ON reroute (suspension_id, thread_id, follows, number) WHERE state IN ('WAITING', 'ORDERED');
-- Who stood in for whom about a message.
CREATE INDEX reroute_done ON reroute (about_id) WHERE state = 'DONE';
CREATE INDEX reroute_delivery ON reroute (delivery_id) WHERE state = 'DONE';

-- Down Migration

DROP TABLE reroute, suspension_watch, suspension;
