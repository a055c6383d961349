-- What the staff confirmed of who somebody is, names that are kept for somebody, and
-- who was found to look like somebody else: each pair is told once.
CREATE TABLE confirmations (
	account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
	name       TEXT   NOT NULL,
	by_id      BIGINT NOT NULL,
	role       TEXT   NOT NULL,
	reason     TEXT   NOT NULL,
	at_ms      BIGINT NOT NULL
);
CREATE TABLE held_names (
	id         BIGINT PRIMARY KEY,
	username   TEXT   NOT NULL,
	name_key   TEXT   NOT NULL UNIQUE,
	look_key   TEXT   NOT NULL,
	note       TEXT   NOT NULL,
	created_ms BIGINT NOT NULL,
	hash       TEXT   NOT NULL DEFAULT '',
	linked_ms  BIGINT NOT NULL DEFAULT 0,
	expires_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX held_names_by_look ON held_names (look_key);
CREATE INDEX held_names_by_hash ON held_names (hash) WHERE hash <> '';
CREATE TABLE likenesses (
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	other_id   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	PRIMARY KEY (account_id, other_id)
);
CREATE INDEX likenesses_by_other ON likenesses (other_id);
CREATE INDEX users_of_staff ON users (account_id) WHERE role <> 'user';
