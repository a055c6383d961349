-- Accounts that somebody recommends together. An item that its account took itself out of stays, so that it is not put in again.
CREATE TABLE collections (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
	name TEXT NOT NULL, description TEXT NOT NULL, language TEXT NOT NULL, tag TEXT NOT NULL, sensitive BOOLEAN NOT NULL,
	discoverable BOOLEAN NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL);
CREATE INDEX collections_by_owner ON collections (owner_id, id);
CREATE TABLE collection_items (id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, state TEXT NOT NULL, created_ms INTEGER NOT NULL);
CREATE UNIQUE INDEX collection_items_once ON collection_items (collection_id, account_id);
CREATE INDEX collection_items_by_account ON collection_items (account_id, collection_id);
