-- Words of messages are sealed (docs/decisions/0048-messages.md). A key is about a
-- conversation, by its thread, or about somebody's drafts; it is wrapped by the key of
-- the house that has the name in house, and that is not here. sealed_by is the key that
-- opens a row; 0 is not sealed.
CREATE TABLE talk_keys (id INTEGER PRIMARY KEY, about_id INTEGER NOT NULL, house TEXT NOT NULL, wrapped TEXT NOT NULL, UNIQUE (about_id, house));
CREATE INDEX talk_keys_house ON talk_keys (house);
ALTER TABLE posts ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post_edits ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE polls ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN alt TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drafts ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scheduled ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN sealed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX posts_sealed ON posts (sealed_by) WHERE sealed_by <> 0;
CREATE INDEX posts_to_seal ON posts (id) WHERE visibility = 'direct' AND sealed_by = 0 AND boost_of = 0;
