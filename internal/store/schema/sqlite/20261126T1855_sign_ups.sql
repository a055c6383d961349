-- Sign-ups are counted, to notice when many come at once, and work that somebody's browser did counts once.
CREATE INDEX users_by_created ON users (created_ms);
CREATE TABLE spent_work (mark TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX spent_work_until ON spent_work (until_ms);
