-- How many conversations somebody has not read stands on every page.
CREATE INDEX conversations_unread ON conversations (owner_id) WHERE unread;
