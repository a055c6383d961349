-- When who reported was written to, zero while that waits for room, and whether more came from their network than its share.
ALTER TABLE stranger_reports ADD COLUMN sent_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stranger_reports ADD COLUMN crowd BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE stranger_reports SET sent_ms = asked_ms;
DROP INDEX stranger_reports_by_email;
CREATE INDEX stranger_reports_by_email ON stranger_reports (email, sent_ms);
CREATE INDEX stranger_reports_sent ON stranger_reports (sent_ms);
CREATE INDEX stranger_reports_waiting ON stranger_reports (crowd, asked_ms) WHERE sent_ms = 0;
