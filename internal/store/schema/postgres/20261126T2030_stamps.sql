-- What others stamped (RFC 3161): that a checkpoint of so many records was there, and when.
CREATE TABLE evidence_stamps (size BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL, url TEXT NOT NULL, answer BYTEA NOT NULL);
