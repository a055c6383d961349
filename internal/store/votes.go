package store

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

// A Vote is one for a post, with a Way of 1, or against it, with -1.
type Vote struct {
	ID    social.MarkID
	Owner social.AccountID
	Post  social.PostID
	Way   int
}

// Mark is what v is kept as.
func (v Vote) Mark() social.Marks {
	if v.Way < 0 {
		return social.VotedDown
	}
	return social.Liked
}

func scanVote(r row) (v Vote, err error) { return v, r.Scan(&v.ID, &v.Owner, &v.Post, &v.Way) }

// VoteOf is how owner has voted on a post; its Way is zero if they have not.
func (v *View) VoteOf(ctx context.Context, owner social.AccountID, post social.PostID) (Vote, error) {
	all, err := rows(ctx, v, scanVote, `SELECT id, owner_id, post_id, 1 FROM likes WHERE post_id = $1 AND owner_id = $2
		UNION ALL SELECT id, owner_id, post_id, -1 FROM downs WHERE post_id = $1 AND owner_id = $2`, post, owner)
	if err != nil || len(all) == 0 {
		return Vote{Owner: owner, Post: post}, err
	}
	return all[0], nil
}

// DownsSince is how many votes against posts owner has cast after a moment, at most
// limit.
func (v *View) DownsSince(ctx context.Context, owner social.AccountID, after time.Time, limit int) (int, error) {
	all, err := list[social.MarkID](ctx, v, `SELECT id FROM downs WHERE owner_id = $1 AND id >= $2 LIMIT $3`, owner, id.Floor(after), limit)
	return len(all), err
}

// SetVoteAside takes a vote away, to be put back by EndVoteAside. It is the
// caller's to count.
func (tx *Tx) SetVoteAside(ctx context.Context, vote Vote) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM `+markTables[vote.Mark()]+` WHERE owner_id = $1 AND post_id = $2`, vote.Owner, vote.Post)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.exec(ctx, `INSERT INTO votes_aside (id, owner_id, post_id, way) VALUES ($1, $2, $3, $4)
		ON CONFLICT (post_id, owner_id) DO UPDATE SET id = excluded.id, way = excluded.way`, vote.ID, vote.Owner, vote.Post, vote.Way)
	return true, err
}

// EndVoteAside puts a vote back as it was, unless its owner has voted anew.
func (tx *Tx) EndVoteAside(ctx context.Context, vote Vote) (bool, error) {
	n, err := tx.exec(ctx, `DELETE FROM votes_aside WHERE id = $1`, vote.ID)
	if err != nil || n == 0 {
		return false, err
	}
	if now, err := tx.VoteOf(ctx, vote.Owner, vote.Post); err != nil || now.Way != 0 {
		return false, err
	}
	n, err = tx.exec(ctx, `INSERT INTO `+markTables[vote.Mark()]+` (id, owner_id, post_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, vote.ID, vote.Owner, vote.Post)
	return n > 0, err
}

// VotesAside returns a page of the votes of owner that were set aside.
func (v *View) VotesAside(ctx context.Context, owner social.AccountID, p social.Page) ([]Vote, error) {
	before, after := bounds(p)
	return rows(ctx, v, scanVote, `SELECT id, owner_id, post_id, way FROM votes_aside WHERE id < $1 AND id > $2 AND owner_id = $4`+order(p, "id"),
		before, after, p.Limit, owner)
}

// VotersOn returns up to limit accounts of a host after one, of which votes count,
// or of which votes were set aside.
func (v *View) VotersOn(ctx context.Context, host string, aside bool, after social.AccountID, limit int) ([]social.AccountID, error) {
	voted := `(EXISTS (SELECT 1 FROM likes WHERE owner_id = a.id) OR EXISTS (SELECT 1 FROM downs WHERE owner_id = a.id))`
	if aside {
		voted = `EXISTS (SELECT 1 FROM votes_aside WHERE owner_id = a.id)`
	}
	return list[social.AccountID](ctx, v, `SELECT a.id FROM accounts a WHERE a.host = $1 AND a.host <> '' AND a.id > $2 AND `+voted+` ORDER BY a.id LIMIT $3`, host, after, limit)
}

// A Weight is what a vote counts for the order of replies.
type Weight struct {
	Post   social.PostID
	Voter  social.AccountID
	Author social.AccountID // of the reply
	Way    int
	Weight int
	Part   string
	At     time.Time
}

const weightColumns = `post_id, voter_id, author_id, way, weight, part, at_ms`

func scanWeight(r row) (w Weight, err error) {
	var at int64
	err = r.Scan(&w.Post, &w.Voter, &w.Author, &w.Way, &w.Weight, &w.Part, &at)
	w.At = moment(at)
	return w, err
}

// WeightOf is what voter's vote on a reply counts; its Way is zero if there is
// none.
func (v *View) WeightOf(ctx context.Context, voter social.AccountID, post social.PostID) (Weight, error) {
	all, err := rows(ctx, v, scanWeight, `SELECT `+weightColumns+` FROM vote_weights WHERE post_id = $1 AND voter_id = $2`, post, voter)
	if err != nil || len(all) == 0 {
		return Weight{}, err
	}
	return all[0], nil
}

// WeightsBetween are the votes of voter about author from one moment to another:
// social.MaxPair in each social.VoteMonth at most.
func (v *View) WeightsBetween(ctx context.Context, voter, author social.AccountID, from, to time.Time) ([]Weight, error) {
	return rows(ctx, v, scanWeight, `SELECT `+weightColumns+` FROM vote_weights WHERE voter_id = $1 AND author_id = $2 AND at_ms > $3 AND at_ms < $4 ORDER BY at_ms LIMIT $5`,
		voter, author, millis(from), millis(to), 2*social.MaxPair)
}

// AddWeight has a vote count.
func (tx *Tx) AddWeight(ctx context.Context, w Weight) error {
	if _, err := tx.exec(ctx, `INSERT INTO vote_weights (`+weightColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		w.Post, w.Voter, w.Author, w.Way, w.Weight, w.Part, millis(w.At)); err != nil {
		return err
	}
	return tx.sumVote(ctx, w, w.Weight)
}

// EndWeight has voter's vote on a reply count no longer, as it counted at last.
func (tx *Tx) EndWeight(ctx context.Context, voter social.AccountID, post social.PostID) error {
	all, err := rows(ctx, &tx.View, scanWeight, `DELETE FROM vote_weights WHERE post_id = $1 AND voter_id = $2 RETURNING `+weightColumns, post, voter)
	if err != nil || len(all) == 0 {
		return err
	}
	return tx.sumVote(ctx, all[0], -all[0].Weight)
}

// JoinPart has a vote that counts by itself count with a part from now on, if it
// still does.
func (tx *Tx) JoinPart(ctx context.Context, w Weight, part string) error {
	all, err := rows(ctx, &tx.View, scanWeight, `UPDATE vote_weights SET part = $3 WHERE post_id = $1 AND voter_id = $2 AND part = '' RETURNING `+weightColumns, w.Post, w.Voter, part)
	if err != nil || len(all) == 0 {
		return err
	}
	now, was := all[0], all[0]
	was.Part = ""
	if err := tx.sumVote(ctx, was, -was.Weight); err != nil {
		return err
	}
	return tx.sumVote(ctx, now, now.Weight)
}

// sumVote adds n to what is counted of w's part and way, and what that makes under
// its cap to what all parts make, or to the sum of the reply.
func (tx *Tx) sumVote(ctx context.Context, w Weight, n int) error {
	if n == 0 {
		return nil
	}
	add := social.Standings{Ups: n}
	if w.Way < 0 {
		add = social.Standings{Downs: n}
	}
	if w.Part != "" {
		now, err := tx.addToPart(ctx, w.Post, w.Part, add)
		if err != nil {
			return err
		}
		add.Ups = social.Counted(w.Part, now.Ups) - social.Counted(w.Part, now.Ups-add.Ups)
		add.Downs = social.Counted(w.Part, now.Downs) - social.Counted(w.Part, now.Downs-add.Downs)
	}
	if add == (social.Standings{}) {
		return nil
	}
	if w.Part != "" {
		_, err := tx.addToPart(ctx, w.Post, social.AllParts, add)
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO vote_sums AS s (post_id, ups, downs) VALUES ($1, $2, $3)
		ON CONFLICT (post_id) DO UPDATE SET ups = s.ups + excluded.ups, downs = s.downs + excluded.downs`, w.Post, add.Ups, add.Downs)
	return err
}

// addToPart adds to what is counted of a part, and returns what that makes.
func (tx *Tx) addToPart(ctx context.Context, post social.PostID, part string, add social.Standings) (social.Standings, error) {
	return one(ctx, &tx.View, errNone, scanStandings, `INSERT INTO vote_parts AS p (post_id, part, ups, downs) VALUES ($1, $2, $3, $4)
		ON CONFLICT (post_id, part) DO UPDATE SET ups = p.ups + excluded.ups, downs = p.downs + excluded.downs
		RETURNING ups, downs`, post, part, add.Ups, add.Downs)
}

func scanStandings(r row) (s social.Standings, err error) { return s, r.Scan(&s.Ups, &s.Downs) }

// VoteParts is what the votes of those who count together make on a reply, for and
// against it, before it is capped.
func (v *View) VoteParts(ctx context.Context, post social.PostID) (map[string]int, error) {
	type part struct {
		name string
		n    int
	}
	all, err := rows(ctx, v, func(r row) (p part, err error) { return p, r.Scan(&p.name, &p.n) }, `SELECT part, ups + downs FROM vote_parts WHERE post_id = $1`, post)
	out := map[string]int{}
	for _, p := range all {
		out[p.name] = p.n
	}
	return out, err
}

// ThreadVotes is what votes count for the order of the replies in a thread, those
// of which nobody's counts left out.
func (v *View) ThreadVotes(ctx context.Context, thread social.PostID, limit int) (map[social.PostID]social.Standings, error) {
	type sum struct {
		post         social.PostID
		alone, parts social.Standings
	}
	all, err := rows(ctx, v, func(r row) (s sum, err error) {
		return s, r.Scan(&s.post, &s.alone.Ups, &s.alone.Downs, &s.parts.Ups, &s.parts.Downs)
	}, `SELECT p.id, COALESCE(s.ups, 0), COALESCE(s.downs, 0), COALESCE(t.ups, 0), COALESCE(t.downs, 0) FROM posts p
		LEFT JOIN vote_sums s ON s.post_id = p.id LEFT JOIN vote_parts t ON t.post_id = p.id AND t.part = $3
		WHERE p.thread_id = $1 AND p.reply_to <> 0 AND (s.post_id IS NOT NULL OR t.post_id IS NOT NULL) ORDER BY p.id LIMIT $2`, thread, limit, social.AllParts)
	out := make(map[social.PostID]social.Standings, len(all))
	for _, s := range all {
		out[s.post] = social.Standings{Ups: social.Together(s.alone.Ups, s.parts.Ups), Downs: social.Together(s.alone.Downs, s.parts.Downs)}
	}
	return out, err
}
