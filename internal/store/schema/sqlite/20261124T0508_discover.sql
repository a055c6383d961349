-- Who is not to be suggested to somebody again, and those who want to be found, by how many follow them and by when they last posted.
CREATE TABLE unsuggested (owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	target_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, PRIMARY KEY (owner_id, target_id));
CREATE INDEX unsuggested_by_target ON unsuggested (target_id);
CREATE INDEX accounts_by_followers ON accounts (followers, id) WHERE discoverable AND standing = 'good';
CREATE INDEX accounts_by_activity ON accounts (last_post_ms, id) WHERE discoverable AND standing = 'good';
