-- How people show who they are besides their password: codes of an app (the secret is sealed, by a key that is not in
-- here), passkeys, recovery codes (hashes are kept), and what of that is under way.
CREATE TABLE factors (account_id BIGINT PRIMARY KEY REFERENCES users (account_id) ON DELETE CASCADE, handle TEXT NOT NULL UNIQUE,
	secret TEXT NOT NULL DEFAULT '', since_ms BIGINT NOT NULL DEFAULT 0, step BIGINT NOT NULL DEFAULT 0);
CREATE TABLE passkeys (id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES users (account_id) ON DELETE CASCADE,
	credential TEXT NOT NULL UNIQUE, name TEXT NOT NULL, info TEXT NOT NULL, created_ms BIGINT NOT NULL, used_ms BIGINT NOT NULL);
CREATE INDEX passkeys_by_account ON passkeys (account_id);
CREATE TABLE recovery_codes (account_id BIGINT NOT NULL REFERENCES users (account_id) ON DELETE CASCADE, hash TEXT NOT NULL,
	PRIMARY KEY (account_id, hash));
CREATE TABLE ceremonies (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, account_id BIGINT NOT NULL, data TEXT NOT NULL, until_ms BIGINT NOT NULL);
CREATE INDEX ceremonies_until ON ceremonies (until_ms);
CREATE INDEX ceremonies_by_account ON ceremonies (account_id);
