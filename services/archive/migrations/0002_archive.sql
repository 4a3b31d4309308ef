-- One row per (message, request digest): the meeting point of a message and its decision, which arrive on
-- different topics in either order. Its row lock makes the later transaction see the earlier one's half.
CREATE TABLE record_key (
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  has_message boolean NOT NULL DEFAULT false,
  has_decision boolean NOT NULL DEFAULT false,
  PRIMARY KEY (message_id, request_digest)
);

CREATE TABLE message_record (
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  thread_id uuid NOT NULL,
  kind text NOT NULL,
  lane text NOT NULL,
  sender text NOT NULL,
  received_at timestamptz NOT NULL,
  record bytea NOT NULL,
  PRIMARY KEY (message_id, request_digest)
);
CREATE INDEX message_record_thread ON message_record (thread_id, received_at);

CREATE TABLE decision_record (
  decision_id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  outcome text NOT NULL,
  decided_at timestamptz NOT NULL,
  record bytea NOT NULL,
  UNIQUE (message_id, request_digest)
);

-- Originals that a dispatch passes on. The original may arrive here after the decision that passes it on.
CREATE TABLE passed_on (
  original_id uuid NOT NULL,
  decision_id uuid NOT NULL,
  PRIMARY KEY (original_id, decision_id)
);

-- What a correspondent may find: one row per message that a decision gives it, its own or a dispatch's.
-- `search` is made from the variant, never from the original, so that a search reveals nothing withheld.
CREATE TABLE readable_message (
  correspondent text NOT NULL,
  message_id uuid NOT NULL,
  request_digest text NOT NULL,
  thread_id uuid NOT NULL,
  roles text[] NOT NULL,
  decision_id uuid NOT NULL,
  variant_id uuid NOT NULL,
  kind text NOT NULL,
  lane text NOT NULL,
  status text NOT NULL,
  sender text NOT NULL,
  actor text,
  classification text NOT NULL,
  tlp text,
  handling text[] NOT NULL,
  crime_areas text[] NOT NULL,
  third_party_rule boolean NOT NULL,
  attention_positions text[],
  received_at timestamptz NOT NULL,
  search tsvector NOT NULL,
  PRIMARY KEY (correspondent, message_id)
);
CREATE INDEX readable_message_recent ON readable_message (correspondent, received_at DESC, message_id DESC);
CREATE INDEX readable_message_search ON readable_message USING gin (search);

CREATE TABLE receipt_record (
  receipt_id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  correspondent text NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  at timestamptz NOT NULL,
  record bytea NOT NULL
);
CREATE INDEX receipt_record_message ON receipt_record (message_id);

CREATE TABLE audit_record (
  audit_id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  service text NOT NULL,
  subject text NOT NULL,
  correspondent text NOT NULL,
  action text NOT NULL,
  record bytea NOT NULL
);
CREATE INDEX audit_record_subject ON audit_record (subject, at DESC);

-- Cursors are bound to subject and query by this key, which every replica shares and nobody else holds.
CREATE TABLE cursor_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  key bytea NOT NULL
);
INSERT INTO cursor_key (key)
VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
