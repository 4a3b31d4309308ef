-- Rehearsals read the decisions of the last days. Rows are added in the order of time, so that a summary of each
-- range of blocks finds them at hardly any cost to whoever writes.
CREATE INDEX decision_recent ON decision USING brin (decided_at) WITH (pages_per_range = 32, autosummarize = on);
