-- What the house tells everybody, who has read it, and the emoji they chose.
CREATE TABLE announcements (id INTEGER PRIMARY KEY, body TEXT NOT NULL, starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL, all_day BOOLEAN NOT NULL,
	created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL);
CREATE TABLE announcement_reads (owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	announcement_id INTEGER NOT NULL REFERENCES announcements (id) ON DELETE CASCADE, PRIMARY KEY (owner_id, announcement_id));
CREATE INDEX announcement_reads_by_announcement ON announcement_reads (announcement_id);
CREATE TABLE announcement_reactions (announcement_id INTEGER NOT NULL REFERENCES announcements (id) ON DELETE CASCADE, name TEXT NOT NULL,
	owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, at_ms INTEGER NOT NULL, PRIMARY KEY (announcement_id, name, owner_id));
CREATE INDEX announcement_reactions_by_owner ON announcement_reactions (owner_id);
