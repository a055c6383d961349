-- What is known of copies of the public pages that stand elsewhere, as plain
-- files. A page is named by its path on the site.
CREATE TABLE mirrors (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, number INTEGER NOT NULL, made_ms INTEGER NOT NULL,
	build TEXT NOT NULL, holder TEXT NOT NULL, held_ms INTEGER NOT NULL);
-- The key that mirrors are signed with, and what is said on their status page.
CREATE TABLE mirror_house (id INTEGER PRIMARY KEY CHECK (id = 1), secret TEXT NOT NULL, said TEXT NOT NULL, said_ms INTEGER NOT NULL);
-- Pages that have to be made anew.
CREATE TABLE mirror_marks (mirror_id INTEGER NOT NULL, page TEXT NOT NULL, turn INTEGER NOT NULL, at_ms INTEGER NOT NULL,
	PRIMARY KEY (mirror_id, page)) WITHOUT ROWID;
-- The files there are. What belongs to no page, such as a picture, is there for
-- as long as some page uses it.
CREATE TABLE mirror_files (mirror_id INTEGER NOT NULL, path TEXT NOT NULL, slot TEXT NOT NULL, page TEXT NOT NULL, size INTEGER NOT NULL,
	sha256 TEXT NOT NULL, bare TEXT NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (path, mirror_id)) WITHOUT ROWID;
CREATE INDEX mirror_files_by_slot ON mirror_files (slot, mirror_id);
CREATE INDEX mirror_files_by_page ON mirror_files (page, mirror_id);
CREATE INDEX mirror_files_gone ON mirror_files (mirror_id) WHERE gone = 1;
-- What each page shows: "a:" an account, "p:" a post, "f:" a file.
CREATE TABLE mirror_uses (thing TEXT NOT NULL, mirror_id INTEGER NOT NULL, page TEXT NOT NULL, PRIMARY KEY (thing, mirror_id, page)) WITHOUT ROWID;
CREATE INDEX mirror_uses_by_page ON mirror_uses (mirror_id, page);
-- Where the older pages of a list end: page number begins after the last post of
-- the one before, and never changes its bounds.
CREATE TABLE mirror_bounds (mirror_id INTEGER NOT NULL, list TEXT NOT NULL, number INTEGER NOT NULL, upto INTEGER NOT NULL,
	PRIMARY KEY (list, mirror_id, number)) WITHOUT ROWID;
-- The index of the files is a tree. These are its nodes, and where it is behind
-- the files.
CREATE TABLE mirror_nodes (mirror_id INTEGER NOT NULL, prefix TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
	files INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (prefix, mirror_id)) WITHOUT ROWID;
CREATE TABLE mirror_slots (mirror_id INTEGER NOT NULL, slot TEXT NOT NULL, PRIMARY KEY (slot, mirror_id)) WITHOUT ROWID;
