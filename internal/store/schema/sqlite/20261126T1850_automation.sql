-- What the house does by itself: rules in their versions, what each would have done lately, and what met them.
CREATE TABLE auto_rules (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
	by_id INTEGER NOT NULL, changed_ms INTEGER NOT NULL, tripped_ms INTEGER NOT NULL);
CREATE TABLE auto_versions (rule_id INTEGER NOT NULL REFERENCES auto_rules (id) ON DELETE CASCADE, version INTEGER NOT NULL, name TEXT NOT NULL,
	body TEXT NOT NULL, by_id INTEGER NOT NULL, changed_ms INTEGER NOT NULL, PRIMARY KEY (rule_id, version)) WITHOUT ROWID;
CREATE TABLE auto_runs (rule_id INTEGER PRIMARY KEY REFERENCES auto_rules (id) ON DELETE CASCADE, version INTEGER NOT NULL,
	started_ms INTEGER NOT NULL, done_ms INTEGER NOT NULL, looked INTEGER NOT NULL, hits INTEGER NOT NULL, people INTEGER NOT NULL,
	examples TEXT NOT NULL, short BOOLEAN NOT NULL, seen_by INTEGER NOT NULL, seen_ms INTEGER NOT NULL, failed TEXT NOT NULL);
-- Subject is the post, or of a sign-up the account, so that it counts once per version; what was refused is a subject of its own.
CREATE TABLE auto_hits (id INTEGER PRIMARY KEY, rule_id INTEGER NOT NULL REFERENCES auto_rules (id) ON DELETE CASCADE, version INTEGER NOT NULL,
	subject INTEGER NOT NULL, post_id INTEGER NOT NULL, account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	acted BOOLEAN NOT NULL, why TEXT NOT NULL);
CREATE UNIQUE INDEX auto_hits_once ON auto_hits (rule_id, version, subject);
CREATE INDEX auto_hits_by_rule ON auto_hits (rule_id, id);
CREATE INDEX auto_hits_by_account ON auto_hits (account_id);
-- Lists of hashes of files that somebody trustworthy knows.
CREATE TABLE hash_lists (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, class TEXT NOT NULL, by_id INTEGER NOT NULL, changed_ms INTEGER NOT NULL);
CREATE TABLE hashes (list_id INTEGER NOT NULL REFERENCES hash_lists (id) ON DELETE CASCADE, alg TEXT NOT NULL, hash TEXT NOT NULL,
	PRIMARY KEY (list_id, alg, hash)) WITHOUT ROWID;
