-- Up Migration

-- What a proposal would have changed, by key and field and without a value: it stays when the content is forgotten, so
-- that an auditor sees what was rejected. Null for proposals of before.
ALTER TABLE directory_proposal ADD COLUMN summary jsonb;
