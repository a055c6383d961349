-- The picture of a link has a column of its own, so that it is found which row names a file, and which file no row names.
ALTER TABLE links ADD COLUMN image TEXT NOT NULL DEFAULT '';
UPDATE links SET image = COALESCE(json_extract(info, '$.image'), '');
CREATE INDEX links_by_image ON links (image) WHERE image <> '';
CREATE INDEX accounts_by_avatar ON accounts (avatar) WHERE avatar <> '' AND host = '';
CREATE INDEX accounts_by_header ON accounts (header) WHERE header <> '' AND host = '';
