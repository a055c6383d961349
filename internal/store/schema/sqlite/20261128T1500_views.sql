-- How often a post was viewed on a day (counted from 1970, by UTC), and nothing of whom by.
CREATE TABLE post_views (post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE, day INTEGER NOT NULL, views INTEGER NOT NULL, PRIMARY KEY (post_id, day)) WITHOUT ROWID;
CREATE INDEX post_views_by_day ON post_views (day);
