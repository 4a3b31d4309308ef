-- Up Migration

-- Where word of new items is sent. A row is also the lease of the one replica that sends to it, and its
-- position in the inbox: nothing is enqueued when an item is numbered, so nothing can be missed there.
CREATE TABLE webhook (
  webhook_id uuid PRIMARY KEY,
  correspondent text COLLATE "C" NOT NULL,
  -- Who registered it: what is sent is what this holder may read at that moment.
  holder_kind text NOT NULL CHECK (holder_kind IN ('PERSON', 'SYSTEM')),
  holder_id text NOT NULL,
  url text NOT NULL CHECK (length(url) <= 2000),
  purpose text NOT NULL,
  signature text NOT NULL CHECK (signature IN ('v1', 'v1a')),
  -- Null takes all.
  lanes text[],
  kinds text[],
  roles text[],
  state text NOT NULL DEFAULT 'UNVERIFIED' CHECK (state IN ('UNVERIFIED', 'ACTIVE', 'PAUSED')),
  paused_because text CHECK (paused_because IN ('OWNER', 'FAILING', 'GONE')),
  state_since timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Items up to here have their row below, or were not asked for.
  epoch integer NOT NULL,
  scanned_number bigint NOT NULL,
  consecutive_failures integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  last_success_at timestamptz,
  rest_until timestamptz NOT NULL DEFAULT '-infinity',
  probed_at timestamptz NOT NULL DEFAULT '-infinity',
  lease_owner text,
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  CHECK ((state = 'PAUSED') = (paused_because IS NOT NULL))
);
CREATE INDEX webhook_correspondent ON webhook (correspondent);

-- Sealed with the key of the configuration. While two are valid, both sign.
CREATE TABLE webhook_secret (
  webhook_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
  version integer NOT NULL CHECK (version > 0),
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  PRIMARY KEY (webhook_id, version)
);

-- One item for one webhook: what is still to be sent, and afterwards the history.
CREATE TABLE webhook_delivery (
  webhook_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
  delivery_id uuid NOT NULL,
  message_id uuid NOT NULL,
  number bigint NOT NULL,
  thread_id uuid NOT NULL,
  lane text NOT NULL,
  state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED', 'WITHHELD')),
  attempts integer NOT NULL DEFAULT 0,
  -- Of the current series of attempts: a resumed or re-sent delivery begins a new one.
  first_attempt_at timestamptz,
  failures integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (webhook_id, delivery_id)
);
CREATE INDEX webhook_delivery_pending ON webhook_delivery (webhook_id, thread_id, number) WHERE state = 'PENDING';
CREATE INDEX webhook_delivery_number ON webhook_delivery (webhook_id, number DESC);

CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;

-- What is first in its thread, and thus may be sent: within a thread nothing overtakes.
CREATE VIEW webhook_head AS
  SELECT d.* FROM webhook_delivery AS d
  WHERE d.state = 'PENDING' AND NOT EXISTS (
    SELECT 1 FROM webhook_delivery AS e
    WHERE e.webhook_id = d.webhook_id AND e.thread_id = d.thread_id AND e.state = 'PENDING' AND e.number < d.number);

CREATE TABLE webhook_attempt (
  webhook_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  attempt integer NOT NULL,
  at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  outcome text NOT NULL,
  http_status integer,
  PRIMARY KEY (webhook_id, delivery_id, attempt),
  FOREIGN KEY (webhook_id, delivery_id) REFERENCES webhook_delivery ON DELETE CASCADE
);

-- Down Migration

DROP TABLE webhook_attempt;
DROP VIEW webhook_head;
DROP TABLE webhook_delivery, webhook_secret, webhook;
