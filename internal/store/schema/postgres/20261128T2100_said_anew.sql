-- When a post was last made to say something else, by this house's clock, and how many had liked and boosted it until then:
-- that was about what it said before.
ALTER TABLE posts ADD COLUMN anew_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN likes_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN boosts_before BIGINT NOT NULL DEFAULT 0;
