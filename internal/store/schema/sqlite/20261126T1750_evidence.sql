-- The log of evidence. A row is a leaf, which stays for good, and the salt and body it commits to, which can be erased:
-- erased_idx is the leaf that says so. idx is the place in the log, id what our own rows call it.
CREATE TABLE evidence (idx INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, type TEXT NOT NULL, n INTEGER NOT NULL, leaf TEXT NOT NULL,
	hash BLOB NOT NULL, salt BLOB, body BLOB, about_id INTEGER NOT NULL, by_id INTEGER NOT NULL, erased_idx INTEGER NOT NULL DEFAULT -1,
	UNIQUE (type, n));
-- Whose words a body has, for as long as it is there.
CREATE INDEX evidence_about ON evidence (about_id) WHERE about_id <> 0;
CREATE INDEX evidence_by ON evidence (by_id) WHERE by_id <> 0;
-- How far the log has come, and the key it is signed with.
CREATE TABLE evidence_head (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, at_ms INTEGER NOT NULL, secret TEXT NOT NULL);
INSERT INTO evidence_head (id, size, at_ms, secret) VALUES (1, 0, 0, '');
-- Full tiles (C2SP tlog-tiles): 256 hashes each.
CREATE TABLE evidence_tiles (level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, number));
-- What was signed, and by whom else.
CREATE TABLE evidence_checkpoints (size INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, note TEXT NOT NULL);
