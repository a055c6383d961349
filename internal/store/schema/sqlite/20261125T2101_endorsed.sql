-- Whom people recommend on their pages, and hosts from which they want to see nothing.
CREATE TABLE endorsements (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX endorsements_once ON endorsements (owner_id, target_id);
CREATE INDEX endorsements_by_target ON endorsements (target_id);
CREATE TABLE shut_hosts (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, host TEXT NOT NULL);
CREATE UNIQUE INDEX shut_hosts_once ON shut_hosts (owner_id, host);
