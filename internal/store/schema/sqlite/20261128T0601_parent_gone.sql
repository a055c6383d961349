-- Whether what a reply answers was open to everybody when it was deleted: then that may be told. Otherwise nobody learns whether it is gone or not for them.
ALTER TABLE posts ADD COLUMN parent_gone BOOLEAN NOT NULL DEFAULT FALSE;
