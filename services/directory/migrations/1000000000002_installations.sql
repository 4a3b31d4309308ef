-- Up Migration

-- Why a release was installed that no proposal precedes; one that came from a proposal has its reason there.
ALTER TABLE directory_release ADD COLUMN reason text;
