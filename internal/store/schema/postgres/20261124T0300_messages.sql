-- The messages among what somebody wrote.
CREATE INDEX posts_direct ON posts (author_id, id) WHERE visibility = 'direct';
