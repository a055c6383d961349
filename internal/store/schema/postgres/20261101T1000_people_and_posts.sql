-- People and what they say. Times are milliseconds since 1970, ids come from base/id, lists and settings are JSON.
CREATE TABLE accounts (id BIGINT PRIMARY KEY,
	username TEXT NOT NULL, username_key TEXT NOT NULL, host TEXT NOT NULL, uri TEXT, kind TEXT NOT NULL,
	display_name TEXT NOT NULL, name_key TEXT NOT NULL, bio TEXT NOT NULL, fields TEXT NOT NULL,
	avatar TEXT NOT NULL, avatar_alt TEXT NOT NULL, header TEXT NOT NULL, header_alt TEXT NOT NULL,
	locked BOOLEAN NOT NULL, discoverable BOOLEAN NOT NULL, indexable BOOLEAN NOT NULL, hide_follows BOOLEAN NOT NULL,
	standing TEXT NOT NULL, created_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL,
	posts BIGINT NOT NULL, followers BIGINT NOT NULL, following BIGINT NOT NULL, last_post_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX accounts_by_name ON accounts (username_key, host);
CREATE UNIQUE INDEX accounts_by_uri ON accounts (uri);

-- What we know of our own people only.
CREATE TABLE users (account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
	email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE, password TEXT NOT NULL, role TEXT NOT NULL,
	confirmed BOOLEAN NOT NULL, approved BOOLEAN NOT NULL, reason TEXT NOT NULL, locale TEXT NOT NULL,
	invite_id BIGINT NOT NULL, prefs TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE INDEX users_waiting ON users (account_id) WHERE NOT approved;
CREATE TABLE sessions (id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	hash TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, created_ms BIGINT NOT NULL, used_ms BIGINT NOT NULL);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE TABLE apps (id BIGINT PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, secret_hash TEXT NOT NULL, name TEXT NOT NULL,
	website TEXT NOT NULL, redirects TEXT NOT NULL, scopes TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE tokens (id BIGINT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, app_id BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE, scopes TEXT NOT NULL, code_hash TEXT,
	created_ms BIGINT NOT NULL, used_ms BIGINT NOT NULL);
CREATE INDEX tokens_by_account ON tokens (account_id);
CREATE INDEX tokens_by_app ON tokens (app_id);
CREATE INDEX tokens_by_code ON tokens (code_hash);
CREATE TABLE codes (hash TEXT PRIMARY KEY, app_id BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, redirect TEXT NOT NULL, scopes TEXT NOT NULL,
	challenge TEXT NOT NULL, used BOOLEAN NOT NULL, created_ms BIGINT NOT NULL);
-- Links that are mailed: to confirm an address, to reset a password.
CREATE TABLE mail_tokens (hash TEXT PRIMARY KEY, account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	purpose TEXT NOT NULL, email TEXT NOT NULL, expires_ms BIGINT NOT NULL);
CREATE TABLE invites (id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	max_uses BIGINT NOT NULL, uses BIGINT NOT NULL, expires_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE posts (id BIGINT PRIMARY KEY, author_id BIGINT NOT NULL REFERENCES accounts (id),
	body TEXT NOT NULL, html TEXT NOT NULL, warning TEXT NOT NULL, sensitive BOOLEAN NOT NULL, language TEXT NOT NULL,
	visibility TEXT NOT NULL, reply_to BIGINT NOT NULL, reply_author BIGINT NOT NULL, thread_id BIGINT NOT NULL,
	boost_of BIGINT NOT NULL, boost_author BIGINT NOT NULL, uri TEXT, app_id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL, edited_ms BIGINT NOT NULL, mentions TEXT NOT NULL, tags TEXT NOT NULL,
	likes BIGINT NOT NULL, boosts BIGINT NOT NULL, replies BIGINT NOT NULL);
CREATE INDEX posts_by_author ON posts (author_id, id);
CREATE INDEX posts_by_parent ON posts (reply_to, id) WHERE reply_to <> 0;
CREATE INDEX posts_by_thread ON posts (thread_id, id);
CREATE UNIQUE INDEX posts_boosts ON posts (boost_of, author_id) WHERE boost_of <> 0;
CREATE UNIQUE INDEX posts_by_uri ON posts (uri);
CREATE INDEX posts_public ON posts (id) WHERE visibility = 'public' AND boost_of = 0;
CREATE TABLE post_mentions (account_id BIGINT NOT NULL, post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	PRIMARY KEY (account_id, post_id));
CREATE INDEX post_mentions_by_post ON post_mentions (post_id);
CREATE TABLE post_tags (tag TEXT NOT NULL, post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	PRIMARY KEY (tag, post_id));
CREATE INDEX post_tags_by_post ON post_tags (post_id);
CREATE TABLE post_edits (post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, at_ms BIGINT NOT NULL,
	body TEXT NOT NULL, html TEXT NOT NULL, warning TEXT NOT NULL, sensitive BOOLEAN NOT NULL, mentions TEXT NOT NULL,
	PRIMARY KEY (post_id, at_ms));
-- A key is claimed before its post is made, so that two at once cannot both make one.
CREATE TABLE post_keys (account_id BIGINT NOT NULL, idempotency TEXT NOT NULL, post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
	at_ms BIGINT NOT NULL, PRIMARY KEY (account_id, idempotency));
CREATE INDEX post_keys_by_post ON post_keys (post_id);

-- What readers did with posts. id orders the lists of them.
CREATE TABLE likes (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX likes_once ON likes (post_id, owner_id);
CREATE INDEX likes_by_owner ON likes (owner_id, id);
CREATE TABLE bookmarks (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX bookmarks_once ON bookmarks (post_id, owner_id);
CREATE INDEX bookmarks_by_owner ON bookmarks (owner_id, id);
CREATE TABLE pins (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX pins_once ON pins (post_id, owner_id);
CREATE INDEX pins_by_owner ON pins (owner_id, id);
CREATE TABLE thread_mutes (owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, thread_id BIGINT NOT NULL,
	PRIMARY KEY (owner_id, thread_id));

CREATE TABLE follows (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, accepted BOOLEAN NOT NULL,
	boosts BOOLEAN NOT NULL, notify BOOLEAN NOT NULL, languages TEXT NOT NULL);
CREATE UNIQUE INDEX follows_once ON follows (owner_id, target_id);
CREATE INDEX follows_by_target ON follows (target_id, id);
CREATE TABLE blocks (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX blocks_once ON blocks (owner_id, target_id);
CREATE INDEX blocks_by_target ON blocks (target_id);
CREATE TABLE mutes (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, notices BOOLEAN NOT NULL, until_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX mutes_once ON mutes (owner_id, target_id);
CREATE INDEX mutes_by_target ON mutes (target_id);
CREATE TABLE notes (owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, body TEXT NOT NULL, PRIMARY KEY (owner_id, target_id));
CREATE INDEX notes_by_target ON notes (target_id);
CREATE TABLE lists (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	title TEXT NOT NULL, replies TEXT NOT NULL, exclusive BOOLEAN NOT NULL);
CREATE INDEX lists_by_owner ON lists (owner_id, id);
CREATE TABLE list_members (list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, PRIMARY KEY (list_id, account_id));
CREATE INDEX list_members_by_account ON list_members (account_id);

CREATE TABLE notices (id BIGINT PRIMARY KEY, owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	kind TEXT NOT NULL, from_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	post_id BIGINT REFERENCES posts (id) ON DELETE CASCADE);
CREATE INDEX notices_by_owner ON notices (owner_id, id);
CREATE INDEX notices_by_from ON notices (from_id);
CREATE INDEX notices_by_post ON notices (post_id);
CREATE TABLE markers (owner_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, timeline TEXT NOT NULL,
	last_id BIGINT NOT NULL, version BIGINT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (owner_id, timeline));

CREATE TABLE post_words (rowid BIGINT PRIMARY KEY, body TSVECTOR NOT NULL);
CREATE INDEX post_words_index ON post_words USING GIN (body);
