-- Who waits for somebody else to agree with what they want decided: they are not given the case again.
ALTER TABLE cases ADD COLUMN proposed_id INTEGER NOT NULL DEFAULT 0;
-- The next case is the first of one of these.
DROP INDEX cases_waiting;
CREATE INDEX cases_waiting ON cases (queue, priority DESC, id) WHERE closed_ms = 0;
CREATE INDEX cases_gravest ON cases (priority DESC, id) WHERE closed_ms = 0;
CREATE INDEX cases_claimed ON cases (claimed_id) WHERE closed_ms = 0;
-- How many cases that are hard to look at somebody was given on a day.
CREATE TABLE exposures (account_id INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (account_id, day));
