-- Polls: options is a JSON list of titles and counts; a vote is a row for each option somebody chose.
CREATE TABLE polls (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE, author_id INTEGER NOT NULL,
	options TEXT NOT NULL, multiple BOOLEAN NOT NULL, hide_votes BOOLEAN NOT NULL, ends_ms INTEGER NOT NULL, voters INTEGER NOT NULL);
CREATE INDEX polls_by_post ON polls (post_id);
CREATE TABLE poll_votes (poll_id INTEGER NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
	voter_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, choice INTEGER NOT NULL, PRIMARY KEY (poll_id, voter_id, choice));
CREATE INDEX poll_votes_by_voter ON poll_votes (voter_id);
