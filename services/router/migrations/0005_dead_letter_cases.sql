-- The cases of dead letters of packages/postgres: who asked that one be given up, or taken up again, and who decided.
CREATE TABLE dead_letter_case (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act text NOT NULL CHECK (act IN ('DISCARD', 'REINSTATE')),
  consumer_group text NOT NULL,
  partition integer NOT NULL,
  letter_offset bigint NOT NULL,
  letter_at timestamptz NOT NULL,
  code text,
  size_bytes integer NOT NULL,
  original_topic text,
  original_partition integer,
  original_offset bigint,
  original_at timestamptz,
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'OVERTAKEN')),
  reason text NOT NULL,
  proposed_by text NOT NULL,
  proposed_for text NOT NULL,
  proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  decided_by text,
  decided_for text,
  decided_at timestamptz,
  decision_reason text,
  CONSTRAINT four_eyes CHECK (state NOT IN ('APPROVED', 'REJECTED') OR decided_by <> proposed_by),
  CONSTRAINT own_withdrawal CHECK (state <> 'WITHDRAWN' OR decided_by = proposed_by),
  CONSTRAINT decided_once CHECK ((state = 'OPEN') = (decided_by IS NULL))
);
CREATE UNIQUE INDEX dead_letter_case_open ON dead_letter_case (consumer_group, partition, letter_offset, letter_at)
  WHERE state = 'OPEN';
CREATE INDEX dead_letter_case_letter ON dead_letter_case (consumer_group, partition, letter_offset, id);

-- Audit entries until Kafka has acknowledged them.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  headers jsonb NOT NULL DEFAULT '{}'
);
