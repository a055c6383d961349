-- Posts to be said later: draft is what was sent, as JSON.
CREATE TABLE scheduled (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	app_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, draft TEXT NOT NULL);
CREATE INDEX scheduled_by_owner ON scheduled (owner_id, id);
CREATE INDEX scheduled_by_day ON scheduled (owner_id, at_ms);
