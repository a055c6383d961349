-- Tags are looked for by their beginning: in bytes, whatever the database's language.
ALTER TABLE post_tags ALTER COLUMN tag TYPE TEXT COLLATE "C";
