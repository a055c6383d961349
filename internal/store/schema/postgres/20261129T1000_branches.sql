-- Conversations that private answers opened beneath other posts.
CREATE INDEX posts_branches ON posts (reply_to) WHERE thread_id = id AND reply_to <> 0;
