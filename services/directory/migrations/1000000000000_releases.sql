-- Up Migration

-- Releases as they were approved; a row never changes but for its acknowledgement.
CREATE TABLE directory_release (
  number integer PRIMARY KEY CHECK (number > 0),
  sha256 text COLLATE "C" NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  previous_sha256 text COLLATE "C" UNIQUE REFERENCES directory_release (sha256),
  entry_count integer NOT NULL CHECK (entry_count >= 0),
  proposed_by text NOT NULL,
  approved_by text NOT NULL,
  published_at timestamptz(3) NOT NULL,
  demonstration boolean NOT NULL,
  -- When the whole of it was known to be in Kafka.
  acknowledged_at timestamptz(3),
  CONSTRAINT four_eyes CHECK (proposed_by <> approved_by),
  CONSTRAINT chained CHECK ((number = 1) = (previous_sha256 IS NULL))
);

-- The records as published, the manifest last, so that a release is published again byte for byte.
CREATE TABLE directory_entry (
  release integer NOT NULL REFERENCES directory_release (number),
  position integer NOT NULL CHECK (position >= 0),
  key text COLLATE "C" NOT NULL,
  record bytea NOT NULL,
  PRIMARY KEY (release, position),
  UNIQUE (release, key)
);
