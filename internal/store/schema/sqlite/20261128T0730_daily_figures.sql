-- How the house does, day by day (counted from 1970, by UTC): what happened on it, or what there was when it was last looked.
CREATE TABLE daily_figures (day INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (day, name)) WITHOUT ROWID;
