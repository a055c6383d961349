-- How remote accounts are reached, and what they sign with.
CREATE TABLE contacts (account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, inbox TEXT NOT NULL, shared_inbox TEXT NOT NULL,
	outbox TEXT NOT NULL, followers TEXT NOT NULL, following TEXT NOT NULL, featured TEXT NOT NULL, featured_tags TEXT NOT NULL, fetched_ms INTEGER NOT NULL);
CREATE TABLE public_keys (id TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, kind TEXT NOT NULL, der TEXT NOT NULL,
	fetched_ms INTEGER NOT NULL);
CREATE INDEX public_keys_by_account ON public_keys (account_id);
-- What ours sign with, and the house as account 0. They outlive their account: its farewell is signed, too.
CREATE TABLE own_keys (account_id INTEGER NOT NULL, kind TEXT NOT NULL, pkcs8 TEXT NOT NULL, made_ms INTEGER NOT NULL, PRIMARY KEY (account_id, kind));
-- Where an account moved to, as which others it is known, and its page at home.
ALTER TABLE accounts ADD COLUMN moved_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN page TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN page TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN local_only BOOLEAN NOT NULL DEFAULT FALSE;
-- What remote accounts did, by the address it is undone by.
CREATE TABLE acts (uri TEXT PRIMARY KEY, kind TEXT NOT NULL, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, target INTEGER NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX acts_by_owner ON acts (owner_id, kind, target);
-- What is gone, or was undone before it came.
CREATE TABLE gone (uri TEXT PRIMARY KEY, at_ms INTEGER NOT NULL);
CREATE INDEX gone_by_time ON gone (at_ms);
-- Replies to what is not here yet.
CREATE TABLE orphans (post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, parent_uri TEXT NOT NULL);
CREATE INDEX orphans_by_parent ON orphans (parent_uri);
-- Other servers, and what is on its way to them, in the order in which it is sent.
CREATE TABLE peers (host TEXT PRIMARY KEY, software TEXT NOT NULL, version TEXT NOT NULL, asked_ms INTEGER NOT NULL, met_ms INTEGER NOT NULL, heard_ms INTEGER NOT NULL,
	signature TEXT NOT NULL, reached_ms INTEGER NOT NULL, failing_ms INTEGER NOT NULL, failures INTEGER NOT NULL, last_error TEXT NOT NULL);
CREATE TABLE activities (id INTEGER PRIMARY KEY, signer_id INTEGER NOT NULL, post_id INTEGER NOT NULL, body TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX activities_by_post ON activities (post_id) WHERE post_id <> 0;
CREATE TABLE deliveries (id INTEGER PRIMARY KEY AUTOINCREMENT, activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE, host TEXT NOT NULL, inbox TEXT NOT NULL,
	attempts INTEGER NOT NULL);
CREATE INDEX deliveries_by_host ON deliveries (host, id);
CREATE INDEX deliveries_by_activity ON deliveries (activity_id);
-- A host that something waits for: when it is its turn. Whoever takes it moves that on, as a lease.
CREATE TABLE queues (host TEXT PRIMARY KEY, next_ms INTEGER NOT NULL);
CREATE INDEX queues_due ON queues (next_ms);
