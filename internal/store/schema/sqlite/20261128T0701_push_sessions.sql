-- Browsers that somebody is signed in with are told of notices as apps are: a subscription goes with a token or with a session.
CREATE TABLE new_push_subscriptions (id INTEGER PRIMARY KEY, token_id INTEGER UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
	session_id INTEGER UNIQUE REFERENCES sessions (id) ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, endpoint TEXT NOT NULL, app_key TEXT NOT NULL, secret TEXT NOT NULL,
	standard BOOLEAN NOT NULL, alerts TEXT NOT NULL, policy TEXT NOT NULL, refusals INTEGER NOT NULL, lost_ms INTEGER NOT NULL,
	CHECK ((token_id IS NULL) <> (session_id IS NULL)));
INSERT INTO new_push_subscriptions SELECT id, token_id, NULL, account_id, endpoint, app_key, secret, standard, alerts, policy, refusals, lost_ms FROM push_subscriptions;
DROP TABLE push_subscriptions;
ALTER TABLE new_push_subscriptions RENAME TO push_subscriptions;
CREATE INDEX push_subscriptions_by_account ON push_subscriptions (account_id);
CREATE INDEX push_subscriptions_of_browsers ON push_subscriptions (endpoint) WHERE session_id IS NOT NULL;
