CREATE TABLE journal_head (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
INSERT INTO journal_head VALUES (1, 0);
CREATE TABLE journal (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, fact TEXT NOT NULL);
CREATE TABLE cursors (name TEXT PRIMARY KEY, major INTEGER NOT NULL, minor INTEGER NOT NULL);
CREATE TABLE jobs (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, args TEXT NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,
	unique_key TEXT, last_error TEXT NOT NULL, buried_ms INTEGER NOT NULL);
CREATE INDEX jobs_due ON jobs (kind, due_ms) WHERE buried_ms = 0;
CREATE UNIQUE INDEX jobs_key ON jobs (kind, unique_key);
