-- What others decided about hosts, as far as somebody here heeds it. A block that stands because of lists alone goes with them.
CREATE TABLE host_lists (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, auto BOOLEAN NOT NULL, created_ms INTEGER NOT NULL, checked_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL,
	applied_ms INTEGER NOT NULL, failure TEXT NOT NULL, stage TEXT NOT NULL, proposal TEXT NOT NULL, proposed_ms INTEGER NOT NULL);
CREATE TABLE host_list_lines (list_id INTEGER NOT NULL REFERENCES host_lists (id) ON DELETE CASCADE, host TEXT NOT NULL, severity TEXT NOT NULL, reject_media BOOLEAN NOT NULL,
	reject_reports BOOLEAN NOT NULL, public_comment TEXT NOT NULL, obfuscate BOOLEAN NOT NULL, since_ms INTEGER NOT NULL, PRIMARY KEY (list_id, host));
CREATE INDEX host_list_lines_by_host ON host_list_lines (host);
-- Hosts that somebody took off by hand although a list has them.
CREATE TABLE host_waivers (host TEXT PRIMARY KEY, at_ms INTEGER NOT NULL);
ALTER TABLE host_blocks ADD COLUMN listed BOOLEAN NOT NULL DEFAULT FALSE;
-- Since when nothing is sent to a host because of what was decided about it; what is for it waits.
ALTER TABLE peers ADD COLUMN held_ms INTEGER NOT NULL DEFAULT 0;
