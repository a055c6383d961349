-- Who named an account as the one they moved to, so that it is not forgotten.
CREATE INDEX accounts_by_successor ON accounts (moved_to) WHERE moved_to <> 0;
