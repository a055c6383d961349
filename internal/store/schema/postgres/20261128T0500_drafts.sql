-- What people have begun to write: draft is that, as JSON, and pen names the page
-- that wrote it last. The id comes from that page: it is one of its owner's only.
CREATE TABLE drafts (owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL, pen TEXT NOT NULL, draft TEXT NOT NULL, PRIMARY KEY (owner_id, id));
