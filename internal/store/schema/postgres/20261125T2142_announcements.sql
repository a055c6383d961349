-- What the house tells everybody, who has read it, and the emoji they chose.
CREATE TABLE announcements (id BIGINT PRIMARY KEY, body TEXT NOT NULL, starts_ms BIGINT NOT NULL, ends_ms BIGINT NOT NULL, all_day BOOLEAN NOT NULL,
	created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL);
CREATE TABLE announcement_reads (owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE, PRIMARY KEY (owner_id, announcement_id));
CREATE INDEX announcement_reads_by_announcement ON announcement_reads (announcement_id);
CREATE TABLE announcement_reactions (announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE, name TEXT NOT NULL,
	owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, at_ms BIGINT NOT NULL, PRIMARY KEY (announcement_id, name, owner_id));
CREATE INDEX announcement_reactions_by_owner ON announcement_reactions (owner_id);
