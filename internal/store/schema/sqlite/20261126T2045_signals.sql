-- Why a case is more urgent than what was reported makes it, and whether it is of a post that was drawn by lot.
ALTER TABLE cases ADD COLUMN signal TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN sampled BOOLEAN NOT NULL DEFAULT FALSE;
-- Posts that were drawn by lot, and the records of that. A row is gone when it is known what the post was found to be.
CREATE TABLE samples (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL, case_id INTEGER NOT NULL, evidence_id INTEGER NOT NULL);
CREATE INDEX samples_of_case ON samples (case_id);
