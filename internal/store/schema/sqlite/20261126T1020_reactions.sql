-- The emoji that people put under posts, and how many of each there are: nothing
-- is counted when a post is shown. A post knows how many kinds it has.
ALTER TABLE posts ADD COLUMN reactions INTEGER NOT NULL DEFAULT 0;
CREATE TABLE reactions (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, name TEXT NOT NULL);
CREATE UNIQUE INDEX reactions_once ON reactions (post_id, owner_id, name);
CREATE INDEX reactions_by_name ON reactions (post_id, name, id);
CREATE INDEX reactions_by_owner ON reactions (owner_id, id);
CREATE TABLE reaction_counts (post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE, name TEXT NOT NULL,
	times INTEGER NOT NULL, first_id INTEGER NOT NULL, PRIMARY KEY (post_id, name));
-- Votes against posts. Those for them are likes.
ALTER TABLE posts ADD COLUMN downs INTEGER NOT NULL DEFAULT 0;
CREATE TABLE downs (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX downs_once ON downs (post_id, owner_id);
CREATE INDEX downs_by_owner ON downs (owner_id, id);
