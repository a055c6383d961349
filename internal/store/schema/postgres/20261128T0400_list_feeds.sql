-- The secret in the address of a list's feed; empty while it has none.
ALTER TABLE lists ADD COLUMN feed TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX lists_by_feed ON lists (feed) WHERE feed <> '';
