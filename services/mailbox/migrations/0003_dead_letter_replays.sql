-- The journal of replays of packages/postgres: who brought back which dead letter, why, and what came of it.
CREATE TABLE dead_letter_replay (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer_group text NOT NULL,
  partition integer NOT NULL,
  letter_offset bigint NOT NULL,
  letter_at timestamptz,
  subject text NOT NULL,
  correspondent text NOT NULL,
  reason text NOT NULL,
  trace_id text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  result text,
  code text
);
CREATE INDEX dead_letter_replay_letter ON dead_letter_replay (consumer_group, partition, letter_offset);
