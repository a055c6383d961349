-- The collections that a report is about, besides posts.
ALTER TABLE reports ADD COLUMN collections TEXT NOT NULL DEFAULT '[]';
