-- Posts that were brought over from a house that this one took over from. What was deleted since does not come again.
CREATE TABLE merged_posts (post_id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);
