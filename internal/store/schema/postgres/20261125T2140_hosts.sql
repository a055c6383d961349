-- What was decided about other hosts.
CREATE TABLE host_blocks (id BIGINT PRIMARY KEY, host TEXT NOT NULL UNIQUE, severity TEXT NOT NULL, reject_media BOOLEAN NOT NULL,
	reject_reports BOOLEAN NOT NULL, private_comment TEXT NOT NULL, public_comment TEXT NOT NULL, obfuscate BOOLEAN NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE host_allows (id BIGINT PRIMARY KEY, host TEXT NOT NULL UNIQUE, created_ms BIGINT NOT NULL);
