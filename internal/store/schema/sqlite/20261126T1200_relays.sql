-- Servers that pass on what is said before everybody. They are few.
CREATE TABLE relays (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, inbox TEXT NOT NULL UNIQUE, host TEXT NOT NULL, actor TEXT NOT NULL, state TEXT NOT NULL,
	since_ms INTEGER NOT NULL, by_id INTEGER NOT NULL, created_ms INTEGER NOT NULL);
