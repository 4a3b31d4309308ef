-- Up Migration

-- What was proposed, by whom and why, and what a second person made of it. `content` is the whole directory as
-- it would be, in the form of files, so that a later release of this service can still read it.
CREATE TABLE directory_proposal (
  proposal_id uuid PRIMARY KEY,
  request_digest text COLLATE "C" NOT NULL CHECK (request_digest ~ '^[0-9a-f]{64}$'),
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
  kind text NOT NULL CHECK (kind IN ('FILES', 'CHANGES', 'ROLL_FORWARD')),
  base_release integer NOT NULL REFERENCES directory_release (number),
  roll_forward_to integer REFERENCES directory_release (number),
  reason text NOT NULL,
  proposed_by text NOT NULL,
  proposed_at timestamptz(3) NOT NULL,
  decided_by text,
  decided_at timestamptz(3),
  decision_reason text,
  release integer UNIQUE REFERENCES directory_release (number),
  differences integer NOT NULL CHECK (differences > 0),
  -- Gone once it is decided: an approved content is that of its release, and the others are nobody's business.
  content jsonb,
  CONSTRAINT four_eyes CHECK (state NOT IN ('APPROVED', 'REJECTED') OR decided_by <> proposed_by),
  CONSTRAINT own_withdrawal CHECK (state <> 'WITHDRAWN' OR decided_by = proposed_by),
  CONSTRAINT decided_once CHECK ((state = 'OPEN') = (decided_by IS NULL)),
  CONSTRAINT approved_is_released CHECK ((state = 'APPROVED') = (release IS NOT NULL)),
  CONSTRAINT open_has_content CHECK (state <> 'OPEN' OR content IS NOT NULL)
);
CREATE INDEX directory_proposal_recent ON directory_proposal (proposed_at DESC, proposal_id DESC);
CREATE INDEX directory_proposal_open ON directory_proposal (proposed_at) WHERE state = 'OPEN';

-- Audit entries until Kafka has acknowledged them.
CREATE TABLE IF NOT EXISTS outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb NOT NULL DEFAULT '{}'
);
