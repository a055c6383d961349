-- When an account last moved.
ALTER TABLE accounts ADD COLUMN moved_ms BIGINT NOT NULL DEFAULT 0;
-- Pictures of other servers that stand in texts of their people.
CREATE TABLE foreign_emojis (host TEXT NOT NULL, shortcode TEXT NOT NULL, uri TEXT NOT NULL, image TEXT NOT NULL, changed_ms BIGINT NOT NULL,
	PRIMARY KEY (host, shortcode));
-- Where another server says that a post may quote what it quotes.
CREATE TABLE quote_stamps (post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, uri TEXT NOT NULL);
CREATE INDEX quote_stamps_by_uri ON quote_stamps (uri);
