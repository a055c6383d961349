-- Reports of people without an account who left an address: whether they want to be told, and were. Secrets are kept as hashes.
CREATE TABLE stranger_reports (report_id INTEGER PRIMARY KEY, email TEXT NOT NULL, secret_hash TEXT NOT NULL UNIQUE, asked_ms INTEGER NOT NULL,
	confirmed_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL, again_ms INTEGER NOT NULL);
CREATE INDEX stranger_reports_by_email ON stranger_reports (email, asked_ms);
CREATE INDEX stranger_reports_asked ON stranger_reports (asked_ms);
CREATE INDEX decisions_of_case ON decisions (case_id, id) WHERE case_id <> 0;
