-- Legal holds: what must not be erased or forgotten, and why. Subject is the account, the case or the matter, account_id whom it is about, if
-- that is one. Who wants one ended is asked_id, where somebody else has to agree. One that ended stays.
CREATE TABLE holds (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, subject_id BIGINT NOT NULL, account_id BIGINT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, by_id BIGINT NOT NULL,
	until_ms BIGINT NOT NULL, silent BOOLEAN NOT NULL, asked_id BIGINT NOT NULL, ended_ms BIGINT NOT NULL, ended_by BIGINT NOT NULL, ended_why TEXT NOT NULL, evidence_id BIGINT NOT NULL);
CREATE INDEX holds_now ON holds (id) WHERE ended_ms = 0;
-- Whose records wait to be erased, because of holds, and since when.
CREATE TABLE evidence_waiting (account_id BIGINT PRIMARY KEY, ground TEXT NOT NULL, since_ms BIGINT NOT NULL);
