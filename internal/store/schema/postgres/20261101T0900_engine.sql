-- Read only below the snapshot horizon, in the order of (xid, seq): see docs/decisions/0003-journal.md.
CREATE TABLE journal (xid BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), seq BIGSERIAL,
	at_ms BIGINT NOT NULL, kind TEXT NOT NULL, fact TEXT NOT NULL, PRIMARY KEY (xid, seq));
CREATE TABLE cursors (name TEXT PRIMARY KEY, major BIGINT NOT NULL, minor BIGINT NOT NULL);
CREATE TABLE jobs (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, args TEXT NOT NULL, due_ms BIGINT NOT NULL, attempts BIGINT NOT NULL,
	unique_key TEXT, last_error TEXT NOT NULL, buried_ms BIGINT NOT NULL);
CREATE INDEX jobs_due ON jobs (kind, due_ms) WHERE buried_ms = 0;
CREATE UNIQUE INDEX jobs_key ON jobs (kind, unique_key);
