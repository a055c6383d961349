-- Activities for so many inboxes that they are queued bit by bit: to those who follow owner_id, or to every host that is known if it is zero, in the order of
-- the inboxes, after after_inbox. Those in except_inboxes have been given it before.
CREATE TABLE spreads (id INTEGER PRIMARY KEY AUTOINCREMENT, activity_id INTEGER NOT NULL UNIQUE REFERENCES activities (id) ON DELETE CASCADE, owner_id INTEGER NOT NULL,
	after_inbox TEXT NOT NULL, except_inboxes TEXT NOT NULL);
CREATE INDEX activities_by_signer ON activities (signer_id);
