-- What holds replies to somebody's posts until they are approved, besides who may reply: words, languages, how old an account is,
-- whether anybody whom the owner follows follows it (strangers), and whether the moderators limited it (limited).
CREATE TABLE reply_rules (owner_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, words TEXT NOT NULL, languages TEXT NOT NULL,
	min_days INTEGER NOT NULL, strangers BOOLEAN NOT NULL, limited BOOLEAN NOT NULL);
-- Who may do in somebody's threads what they may themselves: asked by the owner, and a keeper once they accepted.
CREATE TABLE keepers (owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, keeper_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	accepted BOOLEAN NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (owner_id, keeper_id));
CREATE INDEX keepers_of ON keepers (keeper_id, owner_id);
-- What was done in a thread in its author's name, by whom and why; post_id is zero for what was done with the thread itself.
CREATE TABLE thread_acts (id INTEGER PRIMARY KEY, thread_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	by_id INTEGER NOT NULL, post_id INTEGER NOT NULL, act TEXT NOT NULL, why TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE INDEX thread_acts_thread ON thread_acts (thread_id, id);
CREATE INDEX thread_acts_owner ON thread_acts (owner_id, id);
-- The report by which the author of a reply that was hidden asked the moderators.
ALTER TABLE posts ADD COLUMN hidden_appeal INTEGER NOT NULL DEFAULT 0;
-- A thread that takes no more replies, and the reply that stands on top in it.
ALTER TABLE posts ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE posts ADD COLUMN pinned_reply INTEGER NOT NULL DEFAULT 0;
