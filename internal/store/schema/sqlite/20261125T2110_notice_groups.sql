-- Notices of the same are told as one: group_id is the notice that began the group, group_size how many it has, in its
-- newest notice, and zero in the others. What the owner's policy keeps apart is filtered.
ALTER TABLE notices ADD COLUMN group_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notices ADD COLUMN group_size INTEGER NOT NULL DEFAULT 1;
ALTER TABLE notices ADD COLUMN filtered BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE notices SET group_id = id;
CREATE INDEX notices_by_group ON notices (group_id, id);
CREATE INDEX notices_by_kind ON notices (owner_id, kind, id);
CREATE INDEX notices_newest ON notices (owner_id, kind, id) WHERE group_size > 0;
CREATE INDEX notices_held ON notices (owner_id, from_id, id) WHERE filtered;
DROP INDEX notices_by_owner;
DROP INDEX notices_by_post;
CREATE INDEX notices_by_post ON notices (post_id, kind, group_size);
DROP INDEX notices_by_from;
CREATE INDEX notices_by_from ON notices (from_id, owner_id, kind, post_id);

-- Who would tell an owner something that the policy keeps apart. accepted says that it is not any more.
CREATE TABLE notice_requests (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	from_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, accepted BOOLEAN NOT NULL);
CREATE UNIQUE INDEX notice_requests_once ON notice_requests (owner_id, from_id);
CREATE INDEX notice_requests_by_owner ON notice_requests (owner_id, id) WHERE NOT accepted;
CREATE INDEX notice_requests_by_from ON notice_requests (from_id);
CREATE TABLE notice_policies (owner_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, policy TEXT NOT NULL);
