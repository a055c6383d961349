-- By which report what a matter names came before those who decide; 0 for none.
ALTER TABLE matter_objects ADD COLUMN report_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX matter_objects_by_report ON matter_objects (report_id) WHERE report_id <> 0;
