-- The messages that people exchange, by thread: the last one that owner may read, and whether owner has.
CREATE TABLE conversations (owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, thread_id INTEGER NOT NULL,
	last_id INTEGER NOT NULL, unread BOOLEAN NOT NULL, PRIMARY KEY (owner_id, thread_id));
CREATE INDEX conversations_by_owner ON conversations (owner_id, last_id);
CREATE INDEX conversations_by_last ON conversations (last_id);
INSERT INTO conversations (owner_id, thread_id, last_id, unread)
	SELECT u.account_id, t.thread_id, MAX(t.id), FALSE FROM (
		SELECT author_id AS who, thread_id, id FROM posts WHERE visibility = 'direct'
		UNION ALL SELECT m.account_id AS who, p.thread_id, p.id FROM posts p JOIN post_mentions m ON m.post_id = p.id WHERE p.visibility = 'direct'
	) AS t JOIN users u ON u.account_id = t.who GROUP BY u.account_id, t.thread_id;
