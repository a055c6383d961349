-- Threads of which other servers were asked for the rest, and from when on they may be asked again.
CREATE TABLE gathered (thread_id BIGINT PRIMARY KEY, next_ms BIGINT NOT NULL);
CREATE INDEX gathered_by_time ON gathered (next_ms);
-- Posts that were found so while they were news, and that nobody was told of.
CREATE TABLE quiet_posts (post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE);
-- Since when a reply waits for what it answers.
ALTER TABLE orphans ADD COLUMN at_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX orphans_by_time ON orphans (at_ms);
