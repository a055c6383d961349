-- Where a file is at home has a column of its own, so that it is found whose it is when somebody asks for it.
ALTER TABLE media ADD COLUMN remote TEXT NOT NULL DEFAULT '';
UPDATE media SET remote = COALESCE(CAST(info AS json) ->> 'remote', '');
CREATE INDEX media_by_remote ON media (remote) WHERE remote <> '';
CREATE INDEX accounts_far_by_avatar ON accounts (avatar) WHERE avatar <> '' AND host <> '';
CREATE INDEX accounts_far_by_header ON accounts (header) WHERE header <> '' AND host <> '';
