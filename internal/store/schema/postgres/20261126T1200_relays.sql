-- Servers that pass on what is said before everybody. They are few.
CREATE TABLE relays (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, inbox TEXT NOT NULL UNIQUE, host TEXT NOT NULL, actor TEXT NOT NULL, state TEXT NOT NULL,
	since_ms BIGINT NOT NULL, by_id BIGINT NOT NULL, created_ms BIGINT NOT NULL);
