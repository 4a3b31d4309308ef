ALTER TABLE letter ADD COLUMN read_at timestamptz;
INSERT INTO letter (id, text) VALUES (1, 'written by the second migration');
