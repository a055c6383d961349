-- Tags that people follow, and those they show on their pages. tag is the key, name what they typed.
CREATE TABLE tag_follows (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	tag TEXT NOT NULL, name TEXT NOT NULL);
CREATE UNIQUE INDEX tag_follows_once ON tag_follows (owner_id, tag);
CREATE TABLE featured_tags (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	tag TEXT NOT NULL, name TEXT NOT NULL);
CREATE UNIQUE INDEX featured_tags_once ON featured_tags (owner_id, tag);
