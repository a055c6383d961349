-- Attachments. A row without a post waits to be attached, or to be tidied away; info is the noun as JSON.
CREATE TABLE media (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id INTEGER NOT NULL, reserved INTEGER NOT NULL, state TEXT NOT NULL, spool TEXT NOT NULL, file TEXT NOT NULL, preview TEXT NOT NULL,
	size INTEGER NOT NULL, at_ms INTEGER NOT NULL, info TEXT NOT NULL);
CREATE INDEX media_by_owner ON media (owner_id, id);
CREATE INDEX media_by_post ON media (post_id) WHERE post_id <> 0;
CREATE INDEX media_loose ON media (at_ms) WHERE post_id = 0;
CREATE INDEX media_by_file ON media (file) WHERE file <> '';
CREATE INDEX media_by_preview ON media (preview) WHERE preview <> '';
