-- What people have begun to write: draft is that, as JSON, and pen names the page
-- that wrote it last. The id comes from that page: it is one of its owner's only.
CREATE TABLE drafts (owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, id INTEGER NOT NULL,
	at_ms INTEGER NOT NULL, pen TEXT NOT NULL, draft TEXT NOT NULL, PRIMARY KEY (owner_id, id));
