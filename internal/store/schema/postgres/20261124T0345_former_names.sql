-- The names of accounts that were used here and are gone: nobody else gets what was said to them.
CREATE TABLE former_names (username_key TEXT PRIMARY KEY);
