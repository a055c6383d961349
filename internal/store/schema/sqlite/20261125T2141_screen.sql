-- Who is turned away: by the host of their e-mail, by the fingerprint of an address, by where they come from.
CREATE TABLE mail_blocks (id INTEGER PRIMARY KEY, host TEXT NOT NULL UNIQUE, approval BOOLEAN NOT NULL, created_ms INTEGER NOT NULL);
-- Tries to join in spite of one, by day. who is a fingerprint of where they came from, made with a key that is not kept.
CREATE TABLE mail_tries (block_id INTEGER NOT NULL REFERENCES mail_blocks (id) ON DELETE CASCADE, day_ms INTEGER NOT NULL, who TEXT NOT NULL,
	uses INTEGER NOT NULL, PRIMARY KEY (block_id, day_ms, who));
CREATE INDEX mail_tries_by_day ON mail_tries (day_ms);
CREATE TABLE print_blocks (id INTEGER PRIMARY KEY, print TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL);
CREATE TABLE ip_blocks (id INTEGER PRIMARY KEY, net TEXT NOT NULL UNIQUE, severity TEXT NOT NULL, comment TEXT NOT NULL, expires_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL);
