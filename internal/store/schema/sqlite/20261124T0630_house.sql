-- What a profile wishes besides its words: which tabs it has, who may name its owner as an author.
ALTER TABLE accounts ADD COLUMN wishes TEXT NOT NULL DEFAULT '{}';
CREATE INDEX accounts_by_host ON accounts (host) WHERE host <> '';
