-- What is said in a film or a sound, as a file of its own.
ALTER TABLE media ADD COLUMN captions TEXT NOT NULL DEFAULT '';
CREATE INDEX media_by_captions ON media (captions) WHERE captions <> '';
