-- Who asked a jury hears no appeal in its case.
ALTER TABLE juries ADD COLUMN asked_by INTEGER NOT NULL DEFAULT 0;
