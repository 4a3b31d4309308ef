-- By which reference a reader finds a message. Null in what an older release wrote, until it is filed.
ALTER TABLE readable_message ADD COLUMN reference text COLLATE "C";
CREATE INDEX readable_message_reference ON readable_message (correspondent, reference) WHERE reference IS NOT NULL;
CREATE INDEX readable_message_unfiled ON readable_message (correspondent) WHERE reference IS NULL;
