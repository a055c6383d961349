-- What votes on replies count for the order in which they stand. The sum stands in
-- one row for each reply, and is changed when somebody votes: nothing is counted
-- when a thread is shown.
CREATE TABLE vote_sums (post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, ups BIGINT NOT NULL, downs BIGINT NOT NULL);
-- Of those who count together, how much there is before it is capped.
CREATE TABLE vote_parts (post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, part TEXT NOT NULL,
	ups BIGINT NOT NULL, downs BIGINT NOT NULL, PRIMARY KEY (post_id, part));
-- What each vote counts, so that it can be taken back as it was given. Who voted may
-- be gone before that.
CREATE TABLE vote_weights (post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, voter_id BIGINT NOT NULL, author_id BIGINT NOT NULL,
	way BIGINT NOT NULL, weight BIGINT NOT NULL, part TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (post_id, voter_id));
CREATE INDEX vote_weights_of_pair ON vote_weights (voter_id, author_id, at_ms);
-- The votes of who is suspended, which count again once they are not.
CREATE TABLE votes_aside (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, way BIGINT NOT NULL);
CREATE UNIQUE INDEX votes_aside_once ON votes_aside (post_id, owner_id);
CREATE INDEX votes_aside_by_owner ON votes_aside (owner_id, id);
