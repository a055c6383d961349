-- Notices that come in floods: which is counted with which, and which are of senders that nobody answered before.
ALTER TABLE matters ADD COLUMN first_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE matters ADD COLUMN tray BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX matters_of_sender ON matters (sender_key, id) WHERE sender_key <> '';
CREATE INDEX matters_joined ON matters (first_id) WHERE first_id <> 0;
-- How many letters about what is in the tray went out in an hour.
CREATE TABLE matter_alarms (hour_ms BIGINT PRIMARY KEY, n BIGINT NOT NULL);
