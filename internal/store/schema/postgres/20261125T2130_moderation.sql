-- What members tell the staff, and what the staff did. Decisions are only ever added, and stand also when the account is gone.
CREATE TABLE reports (id BIGINT PRIMARY KEY, reporter_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, posts TEXT NOT NULL, comment TEXT NOT NULL, category TEXT NOT NULL,
	rules TEXT NOT NULL, forward BOOLEAN NOT NULL, assigned_id BIGINT NOT NULL, closed_by BIGINT NOT NULL, closed_ms BIGINT NOT NULL,
	changed_ms BIGINT NOT NULL);
CREATE INDEX reports_by_target ON reports (target_id, id);
CREATE INDEX reports_by_reporter ON reports (reporter_id, id);
CREATE INDEX reports_open ON reports (id) WHERE closed_ms = 0;
CREATE TABLE decisions (id BIGINT PRIMARY KEY, by_id BIGINT NOT NULL, account_id BIGINT NOT NULL, action TEXT NOT NULL,
	report_id BIGINT NOT NULL, posts TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX decisions_by_account ON decisions (account_id, id);
ALTER TABLE accounts ADD COLUMN limited BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN sensitive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE;
-- The report or the decision that a notice is about.
ALTER TABLE notices ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX accounts_moderated ON accounts (id) WHERE limited OR sensitive OR standing = 'suspended';
