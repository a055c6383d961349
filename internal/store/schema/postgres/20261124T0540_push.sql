-- Where apps want to be told of notices while they do not run.
CREATE TABLE push_subscriptions (id BIGINT PRIMARY KEY, token_id BIGINT NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
	account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, endpoint TEXT NOT NULL, app_key TEXT NOT NULL, secret TEXT NOT NULL,
	standard BOOLEAN NOT NULL, alerts TEXT NOT NULL, policy TEXT NOT NULL, refusals BIGINT NOT NULL, lost_ms BIGINT NOT NULL);
CREATE INDEX push_subscriptions_by_account ON push_subscriptions (account_id);
