-- How a conversation stands with its owner: in the inbox, a request of somebody they do not
-- know, refused, left, or deleted for them; what they do not see of it any more; and the
-- message by which they left.
ALTER TABLE conversations ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN since_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN left_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversations_requests ON conversations (owner_id, last_id) WHERE state = 'request';
CREATE INDEX conversations_left ON conversations (thread_id) WHERE state = 'left';
