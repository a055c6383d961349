-- The emoji that people put under posts, and how many of each there are: nothing
-- is counted when a post is shown. A post knows how many kinds it has.
ALTER TABLE posts ADD COLUMN reactions BIGINT NOT NULL DEFAULT 0;
CREATE TABLE reactions (id BIGINT PRIMARY KEY, post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, name TEXT NOT NULL);
CREATE UNIQUE INDEX reactions_once ON reactions (post_id, owner_id, name);
CREATE INDEX reactions_by_name ON reactions (post_id, name, id);
CREATE INDEX reactions_by_owner ON reactions (owner_id, id);
CREATE TABLE reaction_counts (post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, name TEXT NOT NULL,
	times BIGINT NOT NULL, first_id BIGINT NOT NULL, PRIMARY KEY (post_id, name));
-- Votes against posts. Those for them are likes.
ALTER TABLE posts ADD COLUMN downs BIGINT NOT NULL DEFAULT 0;
CREATE TABLE downs (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX downs_once ON downs (post_id, owner_id);
CREATE INDEX downs_by_owner ON downs (owner_id, id);
