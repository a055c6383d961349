-- An alias of the network that a notice came from, for as long as it waits: floods are seen by it.
ALTER TABLE matters ADD COLUMN network TEXT NOT NULL DEFAULT '';
