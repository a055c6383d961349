-- Who may be drawn. Skill is how they answered gold cases of late, missed how often in a row they said nothing.
CREATE TABLE jurors (account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, willing BOOLEAN NOT NULL, refuses TEXT NOT NULL,
	graphic BOOLEAN NOT NULL, passed_ms BIGINT NOT NULL, tries BIGINT NOT NULL, tried_ms BIGINT NOT NULL, days BIGINT NOT NULL,
	skill TEXT NOT NULL, missed BIGINT NOT NULL);
-- Among whom lots are drawn, and by which key. Members are their pseudonyms, accounts and clusters, 28 bytes each, in the order of pseudonyms.
CREATE TABLE jury_pools (id BIGINT PRIMARY KEY, size BIGINT NOT NULL, members BYTEA NOT NULL, lots_key BYTEA NOT NULL, names_key BYTEA NOT NULL,
	told_ms BIGINT NOT NULL);
CREATE TABLE juries (id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL, pool_id BIGINT NOT NULL REFERENCES jury_pools (id), seed BYTEA NOT NULL,
	tree_size BIGINT NOT NULL, root BYTEA NOT NULL, matter TEXT NOT NULL, ties TEXT NOT NULL, exhibit TEXT NOT NULL, posts TEXT NOT NULL, appeal BOOLEAN NOT NULL,
	round BIGINT NOT NULL, lots BIGINT NOT NULL, ended TEXT NOT NULL, ended_ms BIGINT NOT NULL, rule TEXT NOT NULL,
	instead TEXT NOT NULL, instead_by BIGINT NOT NULL, instead_why TEXT NOT NULL, instead_rule TEXT NOT NULL, instead_ms BIGINT NOT NULL);
CREATE INDEX juries_open ON juries (id) WHERE ended = '';
CREATE INDEX juries_by_case ON juries (case_id, id);
CREATE INDEX juries_by_pool ON juries (pool_id);
CREATE INDEX juries_overridden ON juries (id) WHERE instead <> '';
-- Cases whose verdict is known.
CREATE TABLE jury_gold (id BIGINT PRIMARY KEY, body TEXT NOT NULL, warning TEXT NOT NULL, verdict TEXT NOT NULL, rule TEXT NOT NULL,
	harm TEXT NOT NULL, uses BIGINT NOT NULL, retired BOOLEAN NOT NULL);
-- Who sits where: on a jury, or before a gold case. Whoever leaves the house leaves what they said.
CREATE TABLE jury_seats (id BIGINT PRIMARY KEY, jury_id BIGINT REFERENCES juries (id) ON DELETE CASCADE, gold_id BIGINT REFERENCES jury_gold (id) ON DELETE CASCADE,
	account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL, pseudonym TEXT NOT NULL, cluster BIGINT NOT NULL, round BIGINT NOT NULL,
	graphic BOOLEAN NOT NULL, seen_ms BIGINT NOT NULL, said_ms BIGINT NOT NULL, left_why TEXT NOT NULL, verdict TEXT NOT NULL, rule TEXT NOT NULL,
	confidence BIGINT NOT NULL, spent_ms BIGINT NOT NULL, counts BOOLEAN NOT NULL);
CREATE INDEX jury_seats_by_jury ON jury_seats (jury_id, id);
CREATE INDEX jury_seats_by_account ON jury_seats (account_id, id);
CREATE INDEX jury_seats_waiting ON jury_seats (account_id) WHERE said_ms = 0 AND left_why = '';
CREATE INDEX jury_seats_by_gold ON jury_seats (gold_id) WHERE gold_id IS NOT NULL;
