-- What all who count together make on a reply, each part capped at five votes of four
-- each, stands in a row of its own, and is not in the sum any more.
INSERT INTO vote_parts (post_id, part, ups, downs)
	SELECT post_id, '*', SUM(CASE WHEN ups > 20 THEN 20 ELSE ups END), SUM(CASE WHEN downs > 20 THEN 20 ELSE downs END) FROM vote_parts GROUP BY post_id;
UPDATE vote_sums SET ups = ups - (SELECT t.ups FROM vote_parts t WHERE t.post_id = vote_sums.post_id AND t.part = '*'),
	downs = downs - (SELECT t.downs FROM vote_parts t WHERE t.post_id = vote_sums.post_id AND t.part = '*')
	WHERE EXISTS (SELECT 1 FROM vote_parts t WHERE t.post_id = vote_sums.post_id AND t.part = '*');
