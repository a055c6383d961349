-- What hosts, authorities, holders of rights and strangers tell the house, each with a clock. A waiting one has waits = 1.
CREATE TABLE matters (id BIGINT PRIMARY KEY, class TEXT NOT NULL, channel TEXT NOT NULL, category TEXT NOT NULL, sender TEXT NOT NULL, sender_key TEXT NOT NULL,
	ref TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, law TEXT NOT NULL, work TEXT NOT NULL, signed TEXT NOT NULL, good_faith BOOLEAN NOT NULL,
	raw_hash TEXT NOT NULL, status TEXT NOT NULL, waits BIGINT NOT NULL, from_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL, not_till_ms BIGINT NOT NULL, alarmed BIGINT NOT NULL,
	answer_by BIGINT NOT NULL, answered_ms BIGINT NOT NULL, answer TEXT NOT NULL, bundle TEXT NOT NULL, note TEXT NOT NULL, secret TEXT NOT NULL UNIQUE, receipt TEXT NOT NULL,
	evidence_id BIGINT NOT NULL, changed_ms BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE INDEX matters_waiting ON matters (due_ms, id) WHERE waits = 1;
CREATE INDEX matters_by_ref ON matters (ref, sender_key) WHERE ref <> '';
-- What of ours a matter names, in the order in which it does.
CREATE TABLE matter_objects (matter_id BIGINT NOT NULL, place BIGINT NOT NULL, address TEXT NOT NULL, account_id BIGINT NOT NULL, post_id BIGINT NOT NULL, done TEXT NOT NULL,
	PRIMARY KEY (matter_id, place));
CREATE INDEX matter_objects_by_account ON matter_objects (account_id, matter_id) WHERE account_id <> 0;
-- What came, as it came ('raw'), and the evidence that went with the answer ('bundle').
CREATE TABLE matter_files (matter_id BIGINT NOT NULL, kind TEXT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (matter_id, kind));
-- The days on which nobody works, for clocks that count working days.
CREATE TABLE matter_calendar (id BIGINT PRIMARY KEY CHECK (id = 1), zone TEXT NOT NULL, holidays TEXT NOT NULL);
INSERT INTO matter_calendar (id, zone, holidays) VALUES (1, 'UTC', '[]');
