-- How often a post was viewed on a day (counted from 1970, by UTC), and nothing of whom by.
CREATE TABLE post_views (post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE, day BIGINT NOT NULL, views BIGINT NOT NULL, PRIMARY KEY (post_id, day));
CREATE INDEX post_views_by_day ON post_views (day);
