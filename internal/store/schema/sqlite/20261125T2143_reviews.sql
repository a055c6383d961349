-- What was decided about tags, and about posts, links and publishers that many turn to.
CREATE TABLE tag_rules (tag TEXT PRIMARY KEY, name TEXT NOT NULL, unusable BOOLEAN NOT NULL, unlisted BOOLEAN NOT NULL, trend TEXT NOT NULL, changed_ms INTEGER NOT NULL);
CREATE TABLE reviews (kind TEXT NOT NULL, subject TEXT NOT NULL, verdict TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (kind, subject));
CREATE INDEX reviews_by_age ON reviews (at_ms);
