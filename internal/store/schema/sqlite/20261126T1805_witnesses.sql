-- Logs of others that we witness, with the last we saw of each, and those who witness ours.
CREATE TABLE evidence_watched (origin TEXT PRIMARY KEY, key TEXT NOT NULL, size INTEGER NOT NULL, root TEXT NOT NULL, seen_ms INTEGER NOT NULL);
CREATE TABLE evidence_witnesses (name TEXT PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, size INTEGER NOT NULL, seen_ms INTEGER NOT NULL, fault TEXT NOT NULL);
