-- By what a picture of a profile or an emoji is found on a list of known files that comes later, and who sent it; empty where that is not known.
CREATE TABLE pictures (file TEXT PRIMARY KEY, print TEXT NOT NULL, look TEXT NOT NULL, quality INTEGER NOT NULL, sender_id INTEGER REFERENCES accounts (id) ON DELETE SET NULL);
CREATE INDEX pictures_by_sender ON pictures (sender_id) WHERE sender_id IS NOT NULL;
