-- When somebody goes who has asked to, and can still think better of it; 0 for who has not.
ALTER TABLE users ADD COLUMN leaves_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX users_leaving ON users (leaves_ms) WHERE leaves_ms > 0;
