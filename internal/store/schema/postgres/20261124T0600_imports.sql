-- What people bring along. Each line of a file is a row, so that an import goes on where it was after a crash, on any host.
CREATE TABLE imports (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	kind TEXT NOT NULL, mode TEXT NOT NULL, include TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
	total INTEGER NOT NULL, done INTEGER NOT NULL, waiting INTEGER NOT NULL, failed INTEGER NOT NULL, skipped INTEGER NOT NULL, removed INTEGER NOT NULL,
	swept BOOLEAN NOT NULL, created_ms BIGINT NOT NULL, started_ms BIGINT NOT NULL, finished_ms BIGINT NOT NULL);
CREATE INDEX imports_by_owner ON imports (owner_id, id);
CREATE TABLE import_lines (import_id BIGINT NOT NULL REFERENCES imports (id) ON DELETE CASCADE, line INTEGER NOT NULL,
	at_ms BIGINT NOT NULL, state TEXT NOT NULL, target TEXT NOT NULL, data TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (import_id, line));
CREATE INDEX import_lines_open ON import_lines (import_id, at_ms, line) WHERE state = 'open';
CREATE INDEX import_lines_told ON import_lines (import_id, line) WHERE reason <> '';
CREATE INDEX import_lines_by_target ON import_lines (import_id, target);
-- Which post came of which, so that an archive can be brought along twice without doubles.
CREATE TABLE imported_posts (owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, origin TEXT NOT NULL,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, PRIMARY KEY (owner_id, origin));
CREATE INDEX imported_posts_by_post ON imported_posts (post_id);
-- Posts from elsewhere say so where apps show what a post was written with. No one can sign in with it: it has no secret and no redirects.
INSERT INTO apps (id, client_id, secret_hash, name, website, redirects, scopes, created_ms) VALUES (1, 'imported', '', 'Imported', '', '[]', '', 4102444800000);
