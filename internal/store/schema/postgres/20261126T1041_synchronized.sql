-- What is sent for followers alone: with it a host is told who of its people they are.
ALTER TABLE activities ADD COLUMN for_followers BOOLEAN NOT NULL DEFAULT FALSE;
-- Accounts elsewhere whose followers among ours were compared, and from when on that may be done again.
CREATE TABLE synchronized (account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, next_ms BIGINT NOT NULL);
-- Who is behind an inbox that is gone.
CREATE INDEX contacts_by_inbox ON contacts (inbox);
-- Which servers are to be asked what they run.
CREATE INDEX peers_by_asked ON peers (asked_ms);
