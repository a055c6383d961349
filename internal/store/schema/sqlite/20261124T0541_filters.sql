-- What people do not want to read.
CREATE TABLE filters (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	title TEXT NOT NULL, contexts TEXT NOT NULL, action TEXT NOT NULL, expires_ms INTEGER NOT NULL);
CREATE INDEX filters_by_owner ON filters (owner_id, id);
CREATE TABLE filter_keywords (id INTEGER PRIMARY KEY, filter_id INTEGER NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
	keyword TEXT NOT NULL, whole BOOLEAN NOT NULL);
CREATE INDEX filter_keywords_by_filter ON filter_keywords (filter_id, id);
CREATE TABLE filter_posts (id INTEGER PRIMARY KEY, filter_id INTEGER NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
	post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX filter_posts_once ON filter_posts (filter_id, post_id);
CREATE INDEX filter_posts_by_post ON filter_posts (post_id);
