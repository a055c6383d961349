-- Who may reply to a post, and the replies that do not stand beneath it: not yet, or no more.
ALTER TABLE posts ADD COLUMN reply_policy TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN held_by INTEGER NOT NULL DEFAULT 0;
CREATE TABLE holdings (post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	owner_id INTEGER NOT NULL, root_id INTEGER NOT NULL, parent_id INTEGER NOT NULL, author_id INTEGER NOT NULL,
	state TEXT NOT NULL, why TEXT NOT NULL, at_ms INTEGER NOT NULL, by_id INTEGER NOT NULL DEFAULT 0, decided_ms INTEGER NOT NULL DEFAULT 0,
	asked TEXT NOT NULL DEFAULT '', stamp TEXT NOT NULL DEFAULT '');
CREATE INDEX holdings_of ON holdings (owner_id, state, post_id);
CREATE INDEX holdings_by ON holdings (author_id, post_id);
CREATE INDEX holdings_under ON holdings (parent_id, state);
CREATE INDEX holdings_stamped ON holdings (stamp) WHERE stamp <> '';
