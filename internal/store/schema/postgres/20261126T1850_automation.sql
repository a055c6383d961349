-- What the house does by itself: rules in their versions, what each would have done lately, and what met them.
CREATE TABLE auto_rules (id BIGINT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL,
	by_id BIGINT NOT NULL, changed_ms BIGINT NOT NULL, tripped_ms BIGINT NOT NULL);
CREATE TABLE auto_versions (rule_id BIGINT NOT NULL REFERENCES auto_rules (id) ON DELETE CASCADE, version BIGINT NOT NULL, name TEXT NOT NULL,
	body TEXT NOT NULL, by_id BIGINT NOT NULL, changed_ms BIGINT NOT NULL, PRIMARY KEY (rule_id, version));
CREATE TABLE auto_runs (rule_id BIGINT PRIMARY KEY REFERENCES auto_rules (id) ON DELETE CASCADE, version BIGINT NOT NULL,
	started_ms BIGINT NOT NULL, done_ms BIGINT NOT NULL, looked BIGINT NOT NULL, hits BIGINT NOT NULL, people BIGINT NOT NULL,
	examples TEXT NOT NULL, short BOOLEAN NOT NULL, seen_by BIGINT NOT NULL, seen_ms BIGINT NOT NULL, failed TEXT NOT NULL);
-- Subject is the post, or of a sign-up the account, so that it counts once per version; what was refused is a subject of its own.
CREATE TABLE auto_hits (id BIGINT PRIMARY KEY, rule_id BIGINT NOT NULL REFERENCES auto_rules (id) ON DELETE CASCADE, version BIGINT NOT NULL,
	subject BIGINT NOT NULL, post_id BIGINT NOT NULL, account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	acted BOOLEAN NOT NULL, why TEXT NOT NULL);
CREATE UNIQUE INDEX auto_hits_once ON auto_hits (rule_id, version, subject);
CREATE INDEX auto_hits_by_rule ON auto_hits (rule_id, id);
CREATE INDEX auto_hits_by_account ON auto_hits (account_id);
-- Lists of hashes of files that somebody trustworthy knows.
CREATE TABLE hash_lists (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, class TEXT NOT NULL, by_id BIGINT NOT NULL, changed_ms BIGINT NOT NULL);
CREATE TABLE hashes (list_id BIGINT NOT NULL REFERENCES hash_lists (id) ON DELETE CASCADE, alg TEXT NOT NULL, hash TEXT NOT NULL,
	PRIMARY KEY (list_id, alg, hash));
