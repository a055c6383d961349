-- Polls: options is a JSON list of titles and counts; a vote is a row for each option somebody chose.
CREATE TABLE polls (id BIGINT PRIMARY KEY, post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, author_id BIGINT NOT NULL,
	options TEXT NOT NULL, multiple BOOLEAN NOT NULL, hide_votes BOOLEAN NOT NULL, ends_ms BIGINT NOT NULL, voters BIGINT NOT NULL);
CREATE INDEX polls_by_post ON polls (post_id);
CREATE TABLE poll_votes (poll_id BIGINT NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
	voter_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, choice BIGINT NOT NULL, PRIMARY KEY (poll_id, voter_id, choice));
CREATE INDEX poll_votes_by_voter ON poll_votes (voter_id);
