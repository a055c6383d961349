-- Browsers that somebody is signed in with are told of notices as apps are: a subscription goes with a token or with a session.
ALTER TABLE push_subscriptions ALTER COLUMN token_id DROP NOT NULL;
ALTER TABLE push_subscriptions ADD COLUMN session_id BIGINT UNIQUE REFERENCES sessions (id) ON DELETE CASCADE;
ALTER TABLE push_subscriptions ADD CHECK ((token_id IS NULL) <> (session_id IS NULL));
CREATE INDEX push_subscriptions_of_browsers ON push_subscriptions (endpoint) WHERE session_id IS NOT NULL;
