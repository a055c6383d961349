-- When the pages that an account of ours links to in its profile were asked whether they link back, and when they are the next time. Who links to none has no row.
CREATE TABLE field_checks (account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, at_ms BIGINT NOT NULL, next_ms BIGINT NOT NULL);
CREATE INDEX field_checks_by_next ON field_checks (next_ms);
INSERT INTO field_checks (account_id, at_ms, next_ms) SELECT id, 0, 0 FROM accounts WHERE host = '' AND fields LIKE '%https://%';
