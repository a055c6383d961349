-- Whether the display name was told of, not the username alone: that the staff let a
-- username be says nothing of what somebody calls themselves later.
ALTER TABLE likenesses ADD COLUMN named BOOLEAN NOT NULL DEFAULT FALSE;
