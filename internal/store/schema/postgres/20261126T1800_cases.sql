-- Cases: everything that was reported about one subject, until it is decided. post_id is 0 for an account. A case stays when
-- what it was about is gone.
CREATE TABLE cases (id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL, post_id BIGINT NOT NULL, harm TEXT NOT NULL, queue TEXT NOT NULL,
	priority BIGINT NOT NULL, reports BIGINT NOT NULL, due_ms BIGINT NOT NULL, claimed_id BIGINT NOT NULL DEFAULT 0, claimed_ms BIGINT NOT NULL DEFAULT 0,
	body TEXT NOT NULL, proposal TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '', closed_ms BIGINT NOT NULL DEFAULT 0,
	closed_by BIGINT NOT NULL DEFAULT 0, evidence_id BIGINT NOT NULL);
CREATE UNIQUE INDEX cases_of_subject ON cases (account_id, post_id) WHERE closed_ms = 0;
CREATE INDEX cases_of_account ON cases (account_id, id);
CREATE INDEX cases_waiting ON cases (queue, priority, id) WHERE closed_ms = 0;
CREATE INDEX cases_closed ON cases (id) WHERE closed_ms <> 0;
CREATE INDEX cases_decided ON cases (closed_ms) WHERE closed_ms <> 0;
CREATE TABLE case_notes (id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL REFERENCES cases (id) ON DELETE CASCADE, by_id BIGINT NOT NULL, body TEXT NOT NULL);
CREATE INDEX case_notes_of_case ON case_notes (case_id, id);
-- Reports stay when who made them, or whom they are about, is gone: reporter_id is 0 then, and for strangers. right is 1 for
-- one that led to something, -1 for one that did not.
CREATE TABLE new_reports (id BIGINT PRIMARY KEY, reporter_id BIGINT NOT NULL, target_id BIGINT NOT NULL, posts TEXT NOT NULL, comment TEXT NOT NULL,
	category TEXT NOT NULL, rules TEXT NOT NULL, forward BOOLEAN NOT NULL, assigned_id BIGINT NOT NULL, closed_by BIGINT NOT NULL, closed_ms BIGINT NOT NULL,
	changed_ms BIGINT NOT NULL, collections TEXT NOT NULL, case_id BIGINT NOT NULL, harm TEXT NOT NULL, channel TEXT NOT NULL, contact TEXT NOT NULL,
	verdict BIGINT NOT NULL, evidence_id BIGINT NOT NULL);
INSERT INTO new_reports SELECT id, reporter_id, target_id, posts, comment, category, rules, forward, assigned_id, closed_by, closed_ms, changed_ms, collections,
	0, CASE category WHEN 'spam' THEN 'spam' WHEN 'legal' THEN 'illegal' WHEN 'violation' THEN 'rules' ELSE 'other' END, 'app', '', 0, 0 FROM reports;
DROP TABLE reports;
ALTER TABLE new_reports RENAME TO reports;
CREATE INDEX reports_by_target ON reports (target_id, id);
CREATE INDEX reports_by_reporter ON reports (reporter_id, id);
CREATE INDEX reports_by_case ON reports (case_id, id);
CREATE INDEX reports_open ON reports (id) WHERE closed_ms = 0;
INSERT INTO cases (id, account_id, post_id, harm, queue, priority, reports, due_ms, body, evidence_id)
	SELECT MIN(id), target_id, 0, 'other', 'general', 20, COUNT(*), MIN(changed_ms) + 86400000, '', 0 FROM reports WHERE closed_ms = 0 GROUP BY target_id;
UPDATE reports SET case_id = (SELECT c.id FROM cases c WHERE c.account_id = target_id) WHERE closed_ms = 0;
-- How a post stands, and when a decision rests on what, is told to whom, and ends.
ALTER TABLE posts ADD COLUMN standing TEXT NOT NULL DEFAULT '';
CREATE INDEX posts_hidden ON posts (id) WHERE standing = 'hidden';
ALTER TABLE decisions ADD COLUMN case_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN second_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN harm TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN ground TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN law TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN facts TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN machine BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE decisions ADD COLUMN decider TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN until_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN expires_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN undoes_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN evidence_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX decisions_undoing ON decisions (undoes_id) WHERE undoes_id <> 0;
CREATE TABLE appeals (id BIGINT PRIMARY KEY, decision_id BIGINT NOT NULL UNIQUE, account_id BIGINT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL,
	answer TEXT NOT NULL, decider_id BIGINT NOT NULL, closed_ms BIGINT NOT NULL, evidence_id BIGINT NOT NULL);
CREATE INDEX appeals_open ON appeals (id) WHERE state = 'pending';
CREATE INDEX appeals_of_account ON appeals (account_id);
-- The rules of the house as they stood: each change is a new version.
CREATE TABLE rule_versions (rule TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, hint TEXT NOT NULL, since_ms BIGINT NOT NULL, by_id BIGINT NOT NULL,
	ended BOOLEAN NOT NULL, evidence_id BIGINT NOT NULL, PRIMARY KEY (rule, version));
