-- What a post can carry besides words.
ALTER TABLE posts ADD COLUMN media TEXT NOT NULL DEFAULT '[]';
ALTER TABLE posts ADD COLUMN poll_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quote_of BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quote_author BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quote_state TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN quote_policy TEXT NOT NULL DEFAULT '';
ALTER TABLE posts ADD COLUMN link_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN quotes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE post_edits ADD COLUMN media TEXT NOT NULL DEFAULT '[]';
ALTER TABLE post_edits ADD COLUMN poll TEXT NOT NULL DEFAULT '[]';
CREATE INDEX posts_quoting ON posts (quote_of, id) WHERE quote_of <> 0;
CREATE INDEX posts_by_link ON posts (link_id, id) WHERE link_id <> 0;
CREATE INDEX posts_with_media ON posts (author_id, id) WHERE media <> '[]';
CREATE INDEX posts_public_media ON posts (id) WHERE visibility = 'public' AND boost_of = 0 AND media <> '[]';
