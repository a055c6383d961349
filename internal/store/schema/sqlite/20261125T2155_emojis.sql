-- Pictures that stand in texts under a name between colons. still is the same as file but for those that move.
CREATE TABLE emojis (id INTEGER PRIMARY KEY, shortcode TEXT NOT NULL UNIQUE, category TEXT NOT NULL, file TEXT NOT NULL, still TEXT NOT NULL,
	size INTEGER NOT NULL, enabled BOOLEAN NOT NULL, listed BOOLEAN NOT NULL, featured BOOLEAN NOT NULL, at_ms INTEGER NOT NULL);
