-- Previews of pages elsewhere: info is JSON of what a page says of itself, empty until it was asked.
CREATE TABLE links (id BIGINT PRIMARY KEY, url TEXT NOT NULL UNIQUE, shown BOOLEAN NOT NULL, info TEXT NOT NULL, fetched_ms BIGINT NOT NULL);
CREATE INDEX links_by_age ON links (fetched_ms);
