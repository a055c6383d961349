-- Who may reply to a post, and the replies that do not stand beneath it: not yet, or no more.
ALTER TABLE posts ADD COLUMN reply_policy TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN held_by BIGINT NOT NULL DEFAULT 0;
CREATE TABLE holdings (post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	owner_id BIGINT NOT NULL, root_id BIGINT NOT NULL, parent_id BIGINT NOT NULL, author_id BIGINT NOT NULL,
	state TEXT NOT NULL, why TEXT NOT NULL, at_ms BIGINT NOT NULL, by_id BIGINT NOT NULL DEFAULT 0, decided_ms BIGINT NOT NULL DEFAULT 0,
	asked TEXT NOT NULL DEFAULT '', stamp TEXT NOT NULL DEFAULT '');
CREATE INDEX holdings_of ON holdings (owner_id, state, post_id);
CREATE INDEX holdings_by ON holdings (author_id, post_id);
CREATE INDEX holdings_under ON holdings (parent_id, state);
CREATE INDEX holdings_stamped ON holdings (stamp) WHERE stamp <> '';
