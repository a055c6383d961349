-- When somebody asked for the end of a hold: what nobody agreed to for long counts no more.
ALTER TABLE holds ADD COLUMN asked_ms INTEGER NOT NULL DEFAULT 0;
-- A row that who places a hold and who erases records take turns with: no record goes while a hold on it is placed.
CREATE TABLE holds_turn (id INTEGER PRIMARY KEY CHECK (id = 1));
INSERT INTO holds_turn (id) VALUES (1);
