-- Who wants to be told of all that somebody posts: without this, each post
-- would read all followers of its author.
CREATE INDEX follows_notifying ON follows (target_id, id) WHERE notify AND accepted;
