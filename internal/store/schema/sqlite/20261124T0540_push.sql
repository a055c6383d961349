-- Where apps want to be told of notices while they do not run.
CREATE TABLE push_subscriptions (id INTEGER PRIMARY KEY, token_id INTEGER NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, endpoint TEXT NOT NULL, app_key TEXT NOT NULL, secret TEXT NOT NULL,
	standard BOOLEAN NOT NULL, alerts TEXT NOT NULL, policy TEXT NOT NULL, refusals INTEGER NOT NULL, lost_ms INTEGER NOT NULL);
CREATE INDEX push_subscriptions_by_account ON push_subscriptions (account_id);
