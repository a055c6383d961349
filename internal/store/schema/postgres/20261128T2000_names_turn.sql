-- A row that who keeps a name for somebody and who joins take turns with: nobody gets a name, or one that looks
-- like it, while it comes to be kept.
CREATE TABLE names_turn (id BIGINT PRIMARY KEY CHECK (id = 1));
INSERT INTO names_turn (id) VALUES (1);
