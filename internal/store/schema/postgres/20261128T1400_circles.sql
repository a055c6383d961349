-- Which list of its author's a post is for, and whom it was for when it was written.
ALTER TABLE posts ADD COLUMN circle_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN audience TEXT NOT NULL DEFAULT '[]';
