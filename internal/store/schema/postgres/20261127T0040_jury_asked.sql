-- Who asked a jury hears no appeal in its case.
ALTER TABLE juries ADD COLUMN asked_by BIGINT NOT NULL DEFAULT 0;
