-- What others stamped (RFC 3161): that a checkpoint of so many records was there, and when.
CREATE TABLE evidence_stamps (size INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, url TEXT NOT NULL, answer BLOB NOT NULL);
