-- Posts to be said later: draft is what was sent, as JSON.
CREATE TABLE scheduled (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	app_id BIGINT NOT NULL, at_ms BIGINT NOT NULL, draft TEXT NOT NULL);
CREATE INDEX scheduled_by_owner ON scheduled (owner_id, id);
CREATE INDEX scheduled_by_day ON scheduled (owner_id, at_ms);
