-- How much of the time to answer it had passed, in percent, when the staff was told last.
ALTER TABLE appeals ADD COLUMN alarmed INTEGER NOT NULL DEFAULT 0;
