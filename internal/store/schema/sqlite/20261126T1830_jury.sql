-- Who may be drawn. Skill is how they answered gold cases of late, missed how often in a row they said nothing.
CREATE TABLE jurors (account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, willing BOOLEAN NOT NULL, refuses TEXT NOT NULL,
	graphic BOOLEAN NOT NULL, passed_ms INTEGER NOT NULL, tries INTEGER NOT NULL, tried_ms INTEGER NOT NULL, days INTEGER NOT NULL,
	skill TEXT NOT NULL, missed INTEGER NOT NULL);
-- Among whom lots are drawn, and by which key. Members are their pseudonyms, accounts and clusters, 28 bytes each, in the order of pseudonyms.
CREATE TABLE jury_pools (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, members BLOB NOT NULL, lots_key BLOB NOT NULL, names_key BLOB NOT NULL,
	told_ms INTEGER NOT NULL);
CREATE TABLE juries (id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, pool_id INTEGER NOT NULL REFERENCES jury_pools (id), seed BLOB NOT NULL,
	tree_size INTEGER NOT NULL, root BLOB NOT NULL, matter TEXT NOT NULL, ties TEXT NOT NULL, exhibit TEXT NOT NULL, posts TEXT NOT NULL, appeal BOOLEAN NOT NULL,
	round INTEGER NOT NULL, lots INTEGER NOT NULL, ended TEXT NOT NULL, ended_ms INTEGER NOT NULL, rule TEXT NOT NULL,
	instead TEXT NOT NULL, instead_by INTEGER NOT NULL, instead_why TEXT NOT NULL, instead_rule TEXT NOT NULL, instead_ms INTEGER NOT NULL);
CREATE INDEX juries_open ON juries (id) WHERE ended = '';
CREATE INDEX juries_by_case ON juries (case_id, id);
CREATE INDEX juries_by_pool ON juries (pool_id);
CREATE INDEX juries_overridden ON juries (id) WHERE instead <> '';
-- Cases whose verdict is known.
CREATE TABLE jury_gold (id INTEGER PRIMARY KEY, body TEXT NOT NULL, warning TEXT NOT NULL, verdict TEXT NOT NULL, rule TEXT NOT NULL,
	harm TEXT NOT NULL, uses INTEGER NOT NULL, retired BOOLEAN NOT NULL);
-- Who sits where: on a jury, or before a gold case. Whoever leaves the house leaves what they said.
CREATE TABLE jury_seats (id INTEGER PRIMARY KEY, jury_id INTEGER REFERENCES juries (id) ON DELETE CASCADE, gold_id INTEGER REFERENCES jury_gold (id) ON DELETE CASCADE,
	account_id INTEGER REFERENCES accounts (id) ON DELETE SET NULL, pseudonym TEXT NOT NULL, cluster INTEGER NOT NULL, round INTEGER NOT NULL,
	graphic BOOLEAN NOT NULL, seen_ms INTEGER NOT NULL, said_ms INTEGER NOT NULL, left_why TEXT NOT NULL, verdict TEXT NOT NULL, rule TEXT NOT NULL,
	confidence INTEGER NOT NULL, spent_ms INTEGER NOT NULL, counts BOOLEAN NOT NULL);
CREATE INDEX jury_seats_by_jury ON jury_seats (jury_id, id);
CREATE INDEX jury_seats_by_account ON jury_seats (account_id, id);
CREATE INDEX jury_seats_waiting ON jury_seats (account_id) WHERE said_ms = 0 AND left_why = '';
CREATE INDEX jury_seats_by_gold ON jury_seats (gold_id) WHERE gold_id IS NOT NULL;
